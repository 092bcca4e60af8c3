// Loci, Apache License 2.0.

import LociStorage
import TestSupport
import Testing

/// Slot numbers in the order of their digits, against sorted texts.
@Suite struct SlotNumberOrderTests {
    private static func sorted(below limit: Int) -> [UInt32] {
        (0..<UInt32(limit)).sorted { Array("\($0)".utf8).lexicographicallyPrecedes(Array("\($1)".utf8)) }
    }

    @Test(arguments: [0, 1, 2, 9, 10, 11, 19, 99, 100, 101, 120, 1_234])
    func numbersComeInTheOrderOfTheirDigits(limit: Int) {
        var walked: [UInt32] = []
        var number = SlotNumber.first(notBefore: [], below: limit)
        while let current = number, walked.count <= limit {
            walked.append(current)
            number = SlotNumber.next(after: current, below: limit)
        }
        #expect(walked == Self.sorted(below: limit))
    }

    @Test(arguments: [0, 1, 2, 9, 10, 11, 100, 101, 345])
    func theFirstThatIsNotBeforeAnyBytes(limit: Int) {
        var generator = SeededGenerator("order of digits \(limit)")
        let sorted = Self.sorted(below: limit).map { ($0, Array("\($0)".utf8)) }
        // Digits, what comes before and after them, and the ends of bytes.
        let alphabet = Array("00112345678999/: a".utf8) + [0, 255]
        for _ in 0..<3_000 {
            let bytes = (0..<generator.below(6)).map { _ in alphabet[generator.below(alphabet.count)] }
            let expected = sorted.first { !$0.1.lexicographicallyPrecedes(bytes) }?.0
            #expect(SlotNumber.first(notBefore: bytes, below: limit) == expected, "\(bytes)")
        }
    }

    @Test func theLargestNumbers() {
        let limit = Int(UInt32.max) + 1
        #expect(SlotNumber.first(notBefore: "4294967295".utf8, below: limit) == .max)
        #expect(SlotNumber.first(notBefore: "4294967296".utf8, below: limit) == 42_949_673)
        #expect(SlotNumber.first(notBefore: "99999999999999999999".utf8, below: limit) == nil)
        #expect(SlotNumber.next(after: .max, below: limit) == 42_949_673)
        #expect(SlotNumber.next(after: 999_999_999, below: limit) == nil)
    }
}
