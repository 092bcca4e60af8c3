// Loci, Apache License 2.0.

/// A slot's number as an identifier: in decimal digits, without leading zeros.
///
/// A slot has it where no other identifier is stored.
package enum SlotNumber {
    /// Adds the digits of a slot.
    package static func append(_ slot: UInt32, to bytes: inout [UInt8]) {
        var digits = 1
        var bound: UInt64 = 10
        while slot >= bound {
            digits += 1
            bound *= 10
        }
        // In place, since a search must not allocate.
        bytes.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: digits))
        var rest = slot
        var place = bytes.count - 1
        while rest > 0 {
            bytes[place] += UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
            place -= 1
        }
    }

    /// The slot that an identifier is the number of, or nil if it is no number as ``append(_:to:)`` writes it.
    package static func slot(of identifier: some Collection<UInt8>) -> UInt32? {
        guard (1...10).contains(identifier.count), identifier.count == 1 || identifier.first != UInt8(ascii: "0") else {
            return nil
        }
        var number: UInt64 = 0
        for byte in identifier {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            number = number * 10 + UInt64(byte - UInt8(ascii: "0"))
        }
        return UInt32(exactly: number)
    }
}
