// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociProtocol

/// Random replies. `LOCI_TEST_SEED` repeats a run, `LOCI_TEST_ITERATIONS` lengthens it.
@Suite struct ReplyPropertyTests {
    @Test func whatIsWrittenIsRead() {
        var generator = SeededGenerator()
        for _ in 0..<TestSettings.iterations(1_000) {
            let replies = (0...generator.below(3)).map { _ in generator.reply(depth: 4) }
            for version in [ProtocolVersion.resp2, .resp3] {
                var encoder = ReplyEncoder(version: version)
                for reply in replies { encoder.write(reply) }
                let whole = ReceivedReplies(encoder.bytes)
                let expected = version == .resp3 ? replies : replies.map(\.inOlderVersion)
                #expect(whole.replies == expected && whole.error == nil, "\(generator): \(replies)")
                let single = ReceivedReplies(encoder.bytes, cuts: 0..<encoder.bytes.count)
                #expect(single == whole, "\(generator): \(replies)")
                let cut = generator.below(encoder.bytes.count)
                #expect(ReceivedReplies(encoder.bytes, cuts: [cut]) == whole, "\(generator): \(replies), cut at \(cut)")
            }
        }
    }

    /// The text leads back to the same double, bit for bit.
    @Test func doublesComeBack() {
        var generator = SeededGenerator()
        for _ in 0..<TestSettings.iterations(20_000) {
            let value = generator.double()
            var text: [UInt8] = []
            DoubleText.append(value, to: &text)
            let read = ArgumentNumber.double(text.span.bytes)
            #expect(read?.bitPattern == value.bitPattern, "\(generator): \(value)")
        }
    }

    @Test func damagedRepliesAreReadOrRefused() {
        var generator = SeededGenerator(fresh: #function)
        var limits = ReplyLimits()
        limits.depth = 6
        limits.elements = 40
        limits.lineBytes = 64
        limits.replyBytes = 200
        let pieces = [
            "*", "$", "%", "~", ">", "|", "=", "!", "(", ",", "#t", "_", "+", "-", ":", "\r\n", "\r", "-1", "0", "1",
            "2",
            "9223372036854775807", "*2\r\n", "%1\r\n", "|1\r\n", "$3\r\n", "=5\r\n", "txt:", "nan", "?",
        ].map { Array($0.utf8) }
        var accepted = 0
        var refused = 0
        for round in 0..<TestSettings.iterations(3_000) {
            var bytes: [UInt8] = []
            switch round % 3 {
            case 0: bytes = generator.bytes(generator.below(100))
            case 1: for _ in 0..<generator.below(40) { bytes += pieces[generator.below(pieces.count)] }
            default:
                var encoder = ReplyEncoder(version: .resp3)
                for _ in 0...generator.below(3) { encoder.write(generator.reply(depth: 4)) }
                bytes = encoder.bytes
                generator.damage(&bytes, with: pieces)
            }
            let whole = ReceivedReplies(bytes, limits: limits)
            let single = ReceivedReplies(bytes, cuts: 0..<bytes.count, limits: limits)
            // Not-a-number is unequal to itself, so descriptions are compared.
            #expect("\(whole.replies)" == "\(single.replies)", "\(generator): \(bytes)")
            #expect(whole.error == nil || single.error != nil, "\(generator): \(bytes)")
            #expect(single.mostHeld <= limits.replyBytes, "\(generator): \(bytes)")
            accepted += whole.replies.count
            if let error = single.error {
                refused += 1
                #expect(!error.description.isEmpty)
            }
        }
        #expect(accepted > 0 && refused > 0, "accepted \(accepted), refused \(refused)")
    }
}

extension Reply {
    /// What a client of the older version reads of the same reply.
    var inOlderVersion: Reply {
        switch self {
        case .simple, .error, .integer, .bulk, .null: return self
        case .array(let elements), .set(let elements), .push(let elements):
            return .array(elements.map(\.inOlderVersion))
        case .map(let entries): return .array(entries.flatMap { [$0.key.inOlderVersion, $0.value.inOlderVersion] })
        case .boolean(let value): return .integer(value ? 1 : 0)
        case .bigNumber(let text), .verbatim(_, let text): return .bulk(Array(text.utf8))
        case .double(let value):
            var text: [UInt8] = []
            DoubleText.append(value, to: &text)
            return .bulk(text)
        }
    }
}
