// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociMCP

@Suite struct MessageLinesTests {
    private func message(_ text: String) -> MessageLines.Line { .message(Array(text.utf8)) }

    @Test func linesAreCutWhereverTheyBreak() {
        let text = Array("{}\n\n  \r\n[1]\r\nabc".utf8)
        for step in 1...text.count {
            var lines = MessageLines()
            var found: [MessageLines.Line] = []
            for start in stride(from: 0, to: text.count, by: step) {
                found += lines.take(text[start..<min(text.count, start + step)])
            }
            #expect(found == [message("{}"), message("[1]\r")], "\(step)")
            #expect(lines.end() == message("abc"), "\(step)")
            #expect(lines.end() == nil)
        }
    }

    @Test func aLineThatIsTooLongIsPassedOver() {
        for step in 1...30 {
            var lines = MessageLines(limit: 8)
            var found: [MessageLines.Line] = []
            let text = Array("12345678\n123456789\n1\n\(String(repeating: "x", count: 100))\n2\n".utf8)
            for start in stride(from: 0, to: text.count, by: step) {
                found += lines.take(text[start..<min(text.count, start + step)])
            }
            #expect(found == [message("12345678"), .tooLong, message("1"), .tooLong, message("2")], "\(step)")
            #expect(lines.end() == nil)
        }
    }

    @Test func theEndOfALongLineIsTold() {
        var lines = MessageLines(limit: 8)
        #expect(lines.take("123456789".utf8) == [])
        #expect(lines.end() == .tooLong)
        #expect(lines.end() == nil)
    }

    @Test func theLongestLineHas16MiB() {
        var lines = MessageLines()
        let longest = [UInt8](repeating: 0x31, count: MessageLines.maximumBytes)
        #expect(lines.take(longest + [0x0A]) == [.message(longest)])
        #expect(lines.take(longest + [0x31, 0x0A]) == [.tooLong])
        #expect(MessageLines.maximumBytes == 16_777_216)
    }
}
