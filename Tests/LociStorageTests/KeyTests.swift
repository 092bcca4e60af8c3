// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociStorage

@Suite struct KeyTests {
    private func bytes(_ key: Key) -> [UInt8] {
        key.withUnsafeBytes { [UInt8]($0) }
    }

    @Test func layouts() throws {
        #expect(bytes(Key(collection: 0x0102_0304)) == [1, 2, 3, 4])
        #expect(bytes(Key(collection: 0x0102_0304, chunk: 0x0506_0708)) == [1, 2, 3, 4, 5, 6, 7, 8])
        #expect(bytes(try Key(collection: 7, identifier: "ab".utf8)) == [0, 0, 0, 7, 0x61, 0x62])
        #expect(Key(collection: 1).count == 4)
        #expect(Key(collection: 1, chunk: 1).count == 8)
    }

    @Test func identifierLengths() throws {
        let longest = try Key(collection: 1, identifier: [UInt8](repeating: 9, count: 480))
        #expect(longest.count == 484)
        #expect(storageError { _ = try Key(collection: 1, identifier: []) } == .keyLength(bytes: 0, limit: 480))
        #expect(
            storageError { _ = try Key(collection: 1, identifier: [UInt8](repeating: 9, count: 481)) }
                == .keyLength(bytes: 481, limit: 480))
    }

    @Test func postingKeys() throws {
        let key = try Key(collection: 0x0102_0304, field: 0x0506, value: [7, 8], slot: 0x090A_0B0C)
        #expect(bytes(key) == Array(1...12))
        let found = bytes(key)
        let parts = Key.posting(in: found.span.bytes)
        #expect(parts?.field == 0x0506 && parts?.value == 6..<8 && parts?.slot == 0x090A_0B0C)
        #expect(bytes(try Key(collection: 1, field: 2)) == [0, 0, 0, 1, 0, 2])
        let short = [UInt8](repeating: 1, count: 10)
        #expect((Key.posting(in: short.span.bytes) == nil) == true)
        let value = [UInt8](repeating: 9, count: 483)
        #expect(try Key(collection: 1, field: 2, value: value, slot: 3).count == Key.maximumBytes)
        #expect(Key.maximumBytes == 493)
        #expect(
            storageError { _ = try Key(collection: 1, field: 2, value: value + [1]) }
                == .keyLength(bytes: 484, limit: 483))
    }

    @Test func orderOfBytesIsOrderOfNumbers() {
        var generator = SeededGenerator()
        for _ in 0..<TestSettings.iterations(1000) {
            let left = (UInt32.random(in: 0...3, using: &generator), UInt32.random(in: 0 ... .max, using: &generator))
            let right = (UInt32.random(in: 0...3, using: &generator), UInt32.random(in: 0 ... .max, using: &generator))
            let leftBytes = bytes(Key(collection: left.0, chunk: left.1))
            let rightBytes = bytes(Key(collection: right.0, chunk: right.1))
            #expect((left < right) == leftBytes.lexicographicallyPrecedes(rightBytes))
            #expect(Key.chunkIndex(in: leftBytes.span.bytes, ofCollection: left.0) == left.1)
            #expect(Key.number(in: leftBytes.span.bytes) == left.0)
        }
    }
}
