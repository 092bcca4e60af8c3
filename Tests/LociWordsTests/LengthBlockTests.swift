// Loci, Apache License 2.0.

import LociWords
import Testing

@Suite struct LengthBlockTests {
    @Test func bytesAreStable() throws {
        var block = LengthBlock()
        #expect(block.isEmpty && block.bytes == [UInt8](repeating: 0, count: 1_024))
        block[512] = 258
        block[1_023] = 7
        var bytes = [UInt8](repeating: 0, count: 1_024)
        (bytes[0], bytes[1], bytes[1_022]) = (2, 1, 7)
        #expect(block.bytes == bytes && !block.isEmpty)
        #expect(try LengthBlock(bytes.span.bytes) == block)
        #expect(LengthBlock.length(of: 1_024, in: bytes.span.bytes) == 258 && block[1_023] == 7)
        #expect([0, 511, 512, 1_023, .max].map(LengthBlock.firstSlot(of:)) == [0, 0, 512, 512, 0xFFFF_FE00])
    }

    @Test func longDocumentsCountAsTheLongest() {
        var block = LengthBlock()
        block[3] = 65_536
        #expect(block[3] == 65_535)
    }

    @Test func otherSizesAreRefused() {
        for count in [0, 1_023, 1_025] {
            let bytes = [UInt8](repeating: 1, count: count)
            #expect(throws: WordsError.badLengths(bytes: count)) { try LengthBlock(bytes.span.bytes) }
            #expect(throws: WordsError.badLengths(bytes: count)) { try LengthBlock.check(bytes.span.bytes) }
        }
    }
}
