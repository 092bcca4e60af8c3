// Loci, Apache License 2.0.

import LociJSON
import TestSupport
import Testing

@testable import LociMCP
@testable import LociMemory

/// The tools of the long context.
@Suite struct BlockToolTests {
    private static let talk =
        #"{"texts":["Alice: My sister Ana\nmoved to Porto.","Bob: Is she happy?","Alice: The cat likes tuna."],"stream":"monday"}"#

    @Test func whatIsAppendedIsOpened() async throws {
        let client = try TestClient()
        let query = #"{"query":"Where did Ana move?"}"#
        #expect(try await client.text("blocks_open", query) == "Nothing has been appended yet.")
        #expect(try await client.call("blocks_open", query)["blocks"] == [])
        #expect(try await client.text("blocks_info") == "Nothing has been appended yet.")
        let appended = try await client.call("blocks_append", Self.talk)
        #expect(
            appended.line == #"{"namespace":"default","stream":"monday","from":0,"to":3,"blocks":[1]}"#,
            "\(appended.line)")
        #expect(
            try await client.text("blocks_append", #"{"texts":["Porto won the cup."]}"#)
                == "Appended 1 text to default, at 0 to 0.")
        let opened = try await client.text("blocks_open", #"{"query":"Where did Ana move?","blocks":1}"#)
        // A text over several lines stays within its part.
        #expect(
            opened
                == "[monday | 0 to 2]\n    Alice: My sister Ana\n    moved to Porto.\n    Bob: Is she happy?\n    Alice: The cat likes tuna.",
            "\(opened)")
        let data = try await client.call("blocks_open", query)
        #expect(data["blocks"]?.texts("stream") == ["monday", "default"] && data["best"] == nil)
        #expect(data["blocks"]?.elements?.first?["from"]?.integer == 0)
        #expect(data["blocks"]?.elements?.first?["texts"]?.elements?.count == 3)
        let best = try await client.call("blocks_open", #"{"query":"Where did Ana move?","best":1}"#)
        #expect(best["best"]?.texts("text") == ["Alice: My sister Ana\nmoved to Porto."] && best["blocks"] == nil)
        let one = try await client.call("blocks_open", #"{"query":"Ana","stream":"default","window":1}"#)
        #expect(one["blocks"]?.texts("reason") == ["window"])
        let info = try await client.call("blocks_info")
        #expect(info["streams"]?.line == #"[{"stream":"monday","to":3},{"stream":"default","to":1}]"#)
        #expect(info["total"]?.integer == 2 && info["blocks"]?.integer == 2 && info["members"]?.integer == 4)
        #expect(
            try await client.text("blocks_info", #"{"limit":1}"#)
                == "4 texts in 2 blocks of 2 streams, of which 1:\ndefault, to 1")
        // Memories are another thing.
        #expect(try await client.call("list")["units"] == [])
    }

    @Test func whatIsWrongIsToldTheModel() async throws {
        let client = try TestClient()
        _ = try await client.call("blocks_append", Self.talk)
        for (tool, arguments, part) in [
            ("blocks_append", "{}", "texts: it has 0 texts"), ("blocks_append", #"{"texts":[]}"#, "texts: it is empty"),
            ("blocks_append", #"{"texts":["a"," "]}"#, "unit 1"),
            ("blocks_append", #"{"texts":[1]}"#, "array of strings"),
            ("blocks_append", #"{"texts":["a"],"stream":""}"#, "the name of a stream has 0 bytes"),
            ("blocks_append", #"{"texts":["a"],"namespace":"other"}"#, "not served here"),
            ("blocks_open", "{}", "query: it is missing"), ("blocks_open", #"{"query":" "}"#, "the question is empty"),
            ("blocks_open", #"{"query":"a","blocks":0}"#, "from 1 to 100"),
            ("blocks_open", #"{"query":"a","stream":"nosuch"}"#, #"no stream "nosuch""#),
            ("blocks_open", #"{"query":"a","sinks":1}"#, "the stream is none"),
            ("blocks_open", #"{"query":"a","nonsense":1}"#, "there is no such argument"),
            ("blocks_info", #"{"limit":0}"#, "from 1 to 1000"),
            ("blocks_forget", "{}", "exactly one of stream and all"),
            ("blocks_forget", #"{"stream":"monday","all":true,"confirm":true}"#, "exactly one of stream and all"),
            ("blocks_forget", #"{"stream":"nosuch"}"#, #"no stream "nosuch""#),
            ("blocks_forget", #"{"all":true}"#, "confirm: it must be true"),
        ] {
            let failure = try await client.failure(tool, arguments)
            #expect(failure.contains(part), "\(tool) \(arguments): \(failure)")
        }
        #expect(try await client.call("blocks_info")["members"]?.integer == 3)
    }

    @Test func streamsAndAllAreForgotten() async throws {
        let client = try TestClient()
        _ = try await client.call("blocks_append", Self.talk)
        _ = try await client.call("blocks_append", #"{"texts":["Porto won the cup."]}"#)
        _ = try await client.call("remember", #"{"text":"Porto lost."}"#)
        #expect(try await client.text("blocks_forget", #"{"stream":"monday"}"#) == "Forgot 1 block.")
        let left = try await client.call("blocks_open", #"{"query":"Porto"}"#)
        #expect(left["blocks"]?.texts("stream") == ["default"])
        #expect(try await client.call("blocks_forget", #"{"all":true,"confirm":true}"#)["forgotten"]?.integer == 1)
        #expect(try await client.text("blocks_info") == "Nothing has been appended yet.")
        // Memories are another thing.
        #expect(try await client.call("list")["units"]?.texts("text") == ["Porto lost."])
    }

    @Test func whatWasOpenedIsWrittenInTheEnd() async throws {
        let client = try TestClient()
        _ = try await client.call("blocks_append", Self.talk)
        func openings() throws -> Int {
            let store = try client.store.blocks(MemoryNamespace("default"), embeds: false, BlockConfiguration())
            return try store.read { Int($0.settings.openings) }
        }
        // Least recently used counts the blocks that were used: that of the append, and of each opening one.
        let before = try openings()
        _ = try await client.call("blocks_open", #"{"query":"Ana"}"#)
        #expect(try openings() == before)
        try await client.server.end()
        #expect(try openings() == before + 1)
        // There is nothing more to write.
        try await client.server.end()
        #expect(try openings() == before + 1)
        // What was opened in a store that is gone is nobody's.
        _ = try await client.call("blocks_open", #"{"query":"Ana"}"#)
        try client.store.blocks(MemoryNamespace("default"), embeds: false, BlockConfiguration()).drop()
        try await client.server.end()
    }

    @Test func aReadOnlyServerAppendsNothing() async throws {
        let folder = try TemporaryFolder()
        _ = try await TestClient(in: folder).call("blocks_append", Self.talk)
        let client = try TestClient(readOnly: true, in: folder)
        #expect(try await client.failure("blocks_append", Self.talk).contains("for reading only"))
        #expect(try await client.call("blocks_open", #"{"query":"Ana"}"#)["blocks"]?.elements?.count == 1)
        #expect(try await client.call("blocks_info")["members"]?.integer == 3)
    }
}
