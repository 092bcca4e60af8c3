// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociText

@Suite struct UnitVectorTests {
    @Test func vectorsKeepTheirDirection() {
        #expect(UnitVector.normalized([3, -4]) == [0.6, -0.8])
        #expect(UnitVector.normalized([3e38, -4e38]) == [0.6, -0.8])
        #expect(UnitVector.normalized([3e-40, -4e-40]) == [0.6, -0.8])
    }

    @Test func zerosBecomeThePlaceholder() {
        let placeholder = UnitVector.placeholder(dimension: 4)
        #expect(placeholder.allSatisfy { abs($0) == 0.5 })
        #expect(UnitVector.normalized([0, 0, 0, -0.0]) == placeholder)
        #expect(UnitVector.normalized([1e-300, 0, 0, 0]) == placeholder)
        #expect(UnitVector.placeholder(dimension: 0).isEmpty)
        // Signs of both kinds, as evenly as chance has it.
        let positive = UnitVector.placeholder(dimension: 384).filter { $0 > 0 }.count
        #expect((150...234).contains(positive))
    }

    @Test func numbersThatAreNoneGiveNoVector() {
        #expect(UnitVector.normalized([1, .nan]) == nil)
        #expect(UnitVector.normalized([.infinity, 0]) == nil)
        #expect(UnitVector.normalized([1e200, 0]) == nil)
    }

    @Test func messagesNameTheValueAndTheRemedy() {
        let error = TextError.textTooLong(index: 3, bytes: 1_048_577, limit: 1_048_576)
        #expect("\(error)" == "text 3 has 1048577 bytes, the limit is 1048576; divide it")
        #expect("\(TextError.modelNotFound(name: "m", folder: "/f"))".contains("install it"))
    }

    @Test func checksumsTellSmallChangesApart() {
        var generator = SeededGenerator()
        var seen = Set<String>()
        let bytes = (0..<100).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
        for count in 0...100 {
            var checksum = ContentChecksum()
            bytes[..<count].withUnsafeBytes { checksum.add($0) }
            seen.insert(checksum.text)
            if count > 0 {
                var changed = bytes
                changed[count - 1] ^= 1
                checksum = ContentChecksum()
                changed[..<count].withUnsafeBytes { checksum.add($0) }
                seen.insert(checksum.text)
            }
        }
        #expect(seen.count == 201)
        #expect(seen.allSatisfy { $0.utf8.count == 16 })
    }
}
