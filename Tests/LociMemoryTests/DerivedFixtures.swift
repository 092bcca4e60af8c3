// Loci, Apache License 2.0.

import Loci
import LociMemory
import LociText
import Synchronization
import TestSupport

/// A conversation of some sentences, and memories that have it.
enum DerivedFixture {
    static let turns: [(speaker: String, text: String)] = [
        ("Mara", "Hi! How are you?"),
        ("Tom", "The boat needs a new engine before summer. The old engine of the boat broke in the harbour."),
        ("Mara", "Oh no. Who repairs a boat engine around here?"),
        ("Tom", "Jonas at the harbour repairs engines. He wants 900 euros for the boat engine."),
        ("Mara", "My cat likes fish, by the way."),
        ("Tom", "Then I sail to Bergen in July, if Jonas is done with the engine."),
    ]

    static func units(_ session: String, _ lines: [(speaker: String, text: String)] = turns) -> [NewUnit] {
        lines.enumerated().map { place, line in
            NewUnit(session: session, text: line.text, speaker: line.speaker, time: 1_000_000 + Double(60 * place))
        }
    }

    static func store(_ folder: TemporaryFolder, hasEmbedder: Bool = true) throws -> MemoryStore {
        MemoryStore(
            try Database.open(folder.database), embedder: hasEmbedder ? try HashingEmbedder(dimension: 64) : nil,
            clock: { 2_000_000 })
    }

    static func memory(_ folder: TemporaryFolder) async throws -> Memory {
        let memory = try store(folder).memory("acme/mara")
        try await memory.remember(units("harbour"))
        return memory
    }
}

/// A hook that says what it was given, counts, and fails where it is told to.
final class CountingHook: Summarizer, KeywordExtractor, QuestionMaker {
    private let state = Mutex<(calls: Int, failsAt: Int?)>((0, nil))
    private let text: String?

    init(text: String? = nil, failsAt: Int? = nil) {
        self.text = text
        state.withLock { $0.failsAt = failsAt }
    }

    var calls: Int { state.withLock { $0.calls } }

    private func count() throws {
        try state.withLock { state in
            state.calls += 1
            if state.calls == state.failsAt { throw TestFailure("the model is away") }
        }
    }

    func summarize(_ turns: [MemoryUnit]) async throws -> String {
        try count()
        return text ?? turns.map { "\($0.id)" }.joined(separator: " ")
    }

    func keywords(of turns: [MemoryUnit], in memory: Memory) async throws -> [String] {
        try count()
        return text.map { [$0] } ?? []
    }

    func questions(on turns: [MemoryUnit]) async throws -> [QuestionAnswer] {
        try count()
        return turns.map { QuestionAnswer(question: "What is \($0.id)?", answer: text ?? $0.text) }
    }
}
