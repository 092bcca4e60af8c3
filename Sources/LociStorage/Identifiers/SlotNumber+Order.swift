// Loci, Apache License 2.0.

/// Slot numbers in the order of their digits as bytes: 0, 1, 10, 100, 101, …, 11, …, 2.
///
/// They are the leaves and inner vertices of a tree in which a number's children have one digit more; 0 has none. The order is
/// that of a walk that goes down first, so that the next one costs no more than the digits of two numbers.
extension SlotNumber {
    /// The first number below `limit` whose digits do not come before `bytes`; nil if there is none.
    ///
    /// - Complexity: O(1).
    package static func first(notBefore bytes: some Sequence<UInt8>, below limit: Int) -> UInt32? {
        // The number that the bytes before this one are the digits of.
        var prefix: Int?
        for byte in bytes {
            guard prefix != 0 else { return next(after: 0, below: limit) }
            let base = prefix.map { 10 * $0 } ?? 0
            let digit = Int(byte) - Int(UInt8(ascii: "0"))
            if digit < 0 {
                // What has one digit more than the prefix comes after the bytes.
                return base < limit ? UInt32(exactly: base) : prefix.flatMap { nextBeside($0, below: limit) }
            }
            guard digit < 10, base + digit < limit else { return prefix.flatMap { nextBeside($0, below: limit) } }
            prefix = base + digit
        }
        guard let prefix else { return limit > 0 ? 0 : nil }
        return UInt32(exactly: prefix)
    }

    /// The number below `limit` whose digits come next after those of a number below `limit`; nil after the last.
    package static func next(after number: UInt32, below limit: Int) -> UInt32? {
        let first = 10 * Int(number)
        return number > 0 && first < limit ? UInt32(exactly: first) : nextBeside(Int(number), below: limit)
    }

    /// The number that comes next after one and all that begin with its digits.
    private static func nextBeside(_ number: Int, below limit: Int) -> UInt32? {
        var number = number
        while number % 10 == 9 || number + 1 >= limit {
            number /= 10
            if number == 0 { return nil }
        }
        return UInt32(exactly: number + 1)
    }
}
