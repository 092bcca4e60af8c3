// Loci, Apache License 2.0.

import Loci
import LociMemory
import LociText
import TestSupport
import Testing

@testable import LociEndpoint

@Suite struct EndpointChatTests {
    private func chat(_ server: ScriptedEndpoint, key: String? = nil) throws -> EndpointChat {
        try EndpointChat(server.url, model: "m", maximumTokens: 64, Fixture.options(key: key))
    }

    @Test func aModelIsAskedAndItsThoughtsAreLeftOut() async throws {
        let server = try ScriptedEndpoint { _ in .send(Fixture.chat("<think>[1] or not?</think>\n\n Yes. ")) }
        #expect(try await chat(server).answer("Do it.", "This \"here\".") == "Yes.")
        let request = try #require(server.requests.first)
        #expect(request.uri == "/v1/chat/completions")
        #expect(
            request.body == #"{"max_tokens":64,"messages":[{"content":"Do it.","role":"system"},"#
                + #"{"content":"This \"here\".","role":"user"}],"model":"m","stream":false,"temperature":0}"#)
    }

    @Test(arguments: ["{}", "[]", #"{"choices":[]}"#, #"{"choices":[{"message":{"content":null}}]}"#, "no"])
    func answersOfAnotherFormAreRefused(_ answer: String) async throws {
        let server = try ScriptedEndpoint { _ in .send(answer) }
        let chat = try chat(server)
        let failure = await #expect(throws: EndpointError.self) { try await chat.answer("a", "b") }
        guard case .badAnswer? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test(arguments: [
        ("[1,3]", [true, false, true]), ("[]", [false, false, false]), ("```json\n[2]\n```", [false, true, false]),
        ("Passage [1] is off, so: [2, 3].", [false, true, true]), ("[3, 3]", [false, false, true]),
        (#"{"keep": [1]}"#, [true, false, false]), ("<think>[1,2,3]</think>[2]", [false, true, false]),
    ])
    func numbersAreFoundInAnswers(_ answer: String, _ expected: [Bool]) async throws {
        let server = try ScriptedEndpoint { _ in .send(Fixture.chat(answer)) }
        let filter = ChatFilter(try chat(server))
        #expect(try await filter.kept(of: ["a", "b\nc", "d"], question: "why?") == expected)
        let body = try #require(server.requests.first).body
        #expect(body.contains(#""content":"Question: why?\n\n1. a\n2. b c\n3. d""#))
    }

    @Test(arguments: [
        "all of them", "", "[0]", "[4]", "[1.5]", "[\"a\"]", "[1, 2", "[[1]]x", String(repeating: "[", count: 60_000),
    ])
    func answersThatAreNoNumbersAreRefused(_ answer: String) async throws {
        let server = try ScriptedEndpoint { _ in .send(Fixture.chat(answer)) }
        let filter = ChatFilter(try chat(server))
        // An array in an array is taken for what it holds.
        if answer == "[[1]]x" {
            #expect(try await filter.kept(of: ["a"], question: "why?") == [true])
            return
        }
        let failure = await #expect(throws: EndpointError.self) {
            try await filter.kept(of: ["a", "b", "c"], question: "why?")
        }
        guard case .unusableAnswer("m", "a JSON array of numbers from 1 to 3", _)? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
    }

    @Test func manyPassagesAreSeveralQuestions() async throws {
        let server = try ScriptedEndpoint { _ in .send(Fixture.chat("[1]")) }
        let filter = ChatFilter(try chat(server))
        let kept = try await filter.kept(
            of: [String](repeating: String(repeating: "long ", count: 1_000), count: 25), question: "why?")
        #expect(server.requests.count == 3)
        #expect(kept.indices.filter { kept[$0] } == [0, 11, 22])
        #expect(try await filter.kept(of: [], question: "why?").isEmpty)
        #expect(server.requests.count == 3)
    }

    @Test func textsAreCutBetweenCharacters() {
        #expect(ChatMaterial.clipped("aé", to: 2) == "a")
        #expect(ChatMaterial.clipped("aé", to: 3) == "aé")
        #expect(ChatMaterial.oneLine(" a\n\nb ") == "a b")
    }

    @Test func longConversationsAreAskedPartByPart() async throws {
        let folder = try TemporaryFolder()
        let memory = try MemoryStore(Database.open(folder.database), embedder: nil).memory("a")
        let text = String(repeating: "word ", count: 2_000)
        try await memory.remember((0..<5).map { NewUnit(session: "s", text: text + "\($0)", vector: [1, 0]) })
        let server = try ScriptedEndpoint { .send(Fixture.chat("Part \($0.number).")) }
        let summarizer = ChatSummarizer(try chat(server))
        #expect(try await summarizer.summarize(memory.units()) == "Part 0.\nPart 1.\nPart 2.")
        #expect(try await summarizer.summarize([]).isEmpty)
    }

    @Test func answersDoNotShowTheKey() async throws {
        let server = try ScriptedEndpoint { _ in .send(Fixture.chat("your key is \(Fixture.key)")) }
        let filter = ChatFilter(try chat(server, key: Fixture.key))
        let failure = await #expect(throws: EndpointError.self) { try await filter.kept(of: ["a"], question: "why?") }
        #expect(failure?.description.contains("your key is ***") ?? false)
    }

    // MARK: With a memory

    private func memory(_ folder: TemporaryFolder) async throws -> Memory {
        let store = MemoryStore(try Database.open(folder.database), embedder: try HashingEmbedder())
        let memory = try store.memory("acme/alice")
        try await memory.remember([
            NewUnit(session: "one", text: "My sister Ana moved to Porto in May.", speaker: "Alice"),
            NewUnit(session: "one", text: "That is far away. Do you visit her?", speaker: "Bob"),
            NewUnit(session: "one", text: "I fly to Porto every second month.", speaker: "Alice"),
        ])
        return memory
    }

    @Test func hooksMakeUnitsOfTurns() async throws {
        let folder = try TemporaryFolder()
        let memory = try await memory(folder)
        let server = try ScriptedEndpoint { request in
            guard request.body.contains("Alice: My sister Ana moved to Porto in May.\\nBob: That is far away.") else {
                return .send(status: 400, "")
            }
            if request.body.contains("Summarize") { return .send(Fixture.chat("Ana lives in Porto.")) }
            if request.body.contains("words or short names") { return .send(Fixture.chat(#"Here: ["Porto", "Ana"]"#)) }
            return .send(Fixture.chat(#"[{"question":"Where does Ana live?","answer":"In Porto."}]"#))
        }
        let chat = try chat(server)
        let count = try await memory.derive(
            [.summary, .keyword, .questionAnswer], summarizer: ChatSummarizer(chat),
            keywordExtractor: ChatKeywordExtractor(chat), questionMaker: ChatQuestionMaker(chat))
        #expect(count == 3)
        #expect(try memory.units(.summary).map(\.text) == ["Ana lives in Porto."])
        #expect(try memory.units(.keyword).map(\.text) == ["Porto, Ana"])
        #expect(try memory.units(.questionAnswer).map(\.text) == ["Where does Ana live?\nIn Porto."])
        #expect(server.requests.count == 3)
    }

    @Test func aFilterLeavesWhatMatters() async throws {
        let folder = try TemporaryFolder()
        let memory = try await memory(folder)
        let server = try ScriptedEndpoint { _ in .send(Fixture.chat("[1]")) }
        let filter = ChatFilter(try chat(server))
        let all = try await memory.recall("Where does Ana live?")
        let kept = try await memory.recall("Where does Ana live?", filter: filter)
        #expect(all.passages.count == 3)
        #expect(kept.passages.map(\.text) == all.passages.prefix(1).map(\.text))
    }

    @Test func aModelThatIsAwayLeavesNothingBehind() async throws {
        let folder = try TemporaryFolder()
        let memory = try await memory(folder)
        let server = try ScriptedEndpoint { _ in .send(Fixture.chat("I will not.")) }
        let extractor = ChatKeywordExtractor(try chat(server))
        await #expect(throws: EndpointError.self) {
            try await memory.derive([.keyword], keywordExtractor: extractor)
        }
        #expect(try memory.units(.keyword).isEmpty)
    }
}
