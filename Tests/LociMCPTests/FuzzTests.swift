// Loci, Apache License 2.0.

import LociJSON
import LociMemory
import TestSupport
import Testing

@testable import LociMCP

/// Whatever comes: a well-formed answer, or nothing. `LOCI_TEST_SEED` repeats a run, `LOCI_FUZZ_ITERATIONS` lengthens it.
@Suite struct FuzzTests {
    private static let samples = [
        #"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-03-26","capabilities":{}}}"#,
        #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#,
        #"{"jsonrpc":"2.0","id":"a","method":"tools/list"}"#,
        #"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"remember","arguments":{"text":"a\u00e9","time":"2026-05-01"}}}"#,
        #"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"remember","arguments":{"units":[{"text":"b"},{"text":"c"}]}}}"#,
        #"{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"recall","arguments":{"query":"a b","k":3,"filter":".meta.a > 1"}}}"#,
        #"{"jsonrpc":"2.0","id":5,"method":"tools/call","params":{"name":"forget","arguments":{"ids":["t1.1"]}}}"#,
        #"{"jsonrpc":"2.0","id":6,"method":"tools/call","params":{"name":"list","arguments":{"session":"default","after":"t1.1"}}}"#,
        #"{"jsonrpc":"2.0","id":7,"method":"resources/read","params":{"uri":"memory://default/session/default"}}"#,
        #"[{"jsonrpc":"2.0","id":8,"method":"ping"},{"jsonrpc":"2.0","id":9,"method":"resources/list"}]"#,
    ].map { Array($0.utf8) }

    /// Parts that mean something, so that what comes is not refused at its first byte.
    private static let parts = [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud83d", "null", "true", "1", "-1e999", "\"id\"",
        "\"method\"", "\"params\"",
        "\"name\"", "\"arguments\"", "\"namespace\":\"x\"", "\u{2028}", "memory://", "%2F", "t1.1", "default", "\n",
        "\0", "é",
    ].map { Array($0.utf8) }

    @Test func anythingIsAnsweredInGoodForm() async throws {
        var generator = SeededGenerator(fresh: #function)
        let client = try TestClient()
        var (answers, results) = (0, 0)
        for _ in 0..<TestSettings.iterations(3_000, from: "LOCI_FUZZ_ITERATIONS") {
            let bytes = message(using: &generator)
            guard let line = await client.server.answer(to: .message(bytes)) else { continue }
            answers += 1
            #expect(!line.utf8.contains(0x0A), "\(generator)")
            let value = try JSONValue(message: Array(line.utf8))
            for answer in value.elements ?? [value] {
                #expect(isAnswer(answer), "\(generator): \(answer.line)")
                if answer["result"] != nil { results += 1 }
            }
        }
        // Both must happen, or what was sent is not worth its name.
        #expect(results > 50 && answers > results, "\(answers) answers, \(results) results, \(generator)")
        #expect(try client.store.namespaces().allSatisfy { $0.description == "default" }, "\(generator)")
    }

    /// The same as bytes of a stream: no line is lost, and none is answered twice.
    @Test func aStreamOfAnythingIsCutIntoItsLines() {
        var generator = SeededGenerator(fresh: #function)
        for _ in 0..<TestSettings.iterations(500, from: "LOCI_FUZZ_ITERATIONS") {
            var stream: [UInt8] = []
            for _ in 0..<generator.below(6) { stream += message(using: &generator) + [0x0A] }
            let limit = generator.below(400)
            let expected = stream.split(separator: 0x0A, omittingEmptySubsequences: false).compactMap {
                line -> MessageLines.Line? in
                if line.count > limit { return .tooLong }
                return line.contains { ![0x20, 0x09, 0x0D].contains($0) } ? .message(Array(line)) : nil
            }
            var lines = MessageLines(limit: limit)
            var found: [MessageLines.Line] = []
            while !stream.isEmpty {
                let count = min(stream.count, 1 + generator.below(50))
                found += lines.take(stream.prefix(count))
                stream.removeFirst(count)
            }
            if let last = lines.end() { found.append(last) }
            #expect(found == expected, "\(generator)")
        }
    }

    private func isAnswer(_ value: JSONValue) -> Bool {
        guard value["jsonrpc"] == "2.0", let id = value["id"], id.isNull || id.text != nil || id.number != nil else {
            return false
        }
        guard let error = value["error"] else { return value["result"]?.members != nil && !id.isNull }
        return value["result"] == nil && error["code"]?.integer != nil && error["message"]?.text != nil
    }

    private func message(using generator: inout SeededGenerator) -> [UInt8] {
        if generator.below(8) == 0 { return generator.bytes(generator.below(60)) }
        var bytes = Self.samples[generator.below(Self.samples.count)]
        for _ in 0..<generator.below(3) {
            let position = generator.below(bytes.count + 1)
            switch generator.below(5) {
            case 0 where position < bytes.count: bytes[position] = UInt8(truncatingIfNeeded: generator.next())
            case 1 where position < bytes.count:
                bytes.removeSubrange(position..<min(bytes.count, position + 1 + generator.below(12)))
            case 2: bytes.insert(contentsOf: Self.parts[generator.below(Self.parts.count)], at: position)
            case 3:
                let other = Self.samples[generator.below(Self.samples.count)]
                bytes = Array(bytes[..<position]) + other[generator.below(other.count)...]
            default: bytes.removeLast(min(bytes.count, generator.below(20)))
            }
        }
        return bytes
    }
}
