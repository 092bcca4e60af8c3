// Loci, Apache License 2.0.

import Loci
import LociText
import Synchronization
import TestSupport

@testable import LociMemory

/// A store in a folder of its own, with a clock that tests set.
struct TestStore {
    let folder: TemporaryFolder
    let store: MemoryStore
    let clock: TestClock

    init(embedder: (any Embedder)? = nil, associates: Bool = false) throws {
        folder = try TemporaryFolder()
        let clock = TestClock()
        var options = MemoryStore.Options()
        options.associates = associates
        store = MemoryStore(
            try Database.open(folder.database), embedder: try embedder ?? HashingEmbedder(dimension: 64), options,
            clock: { clock.now })
        self.clock = clock
    }

    /// A store without an embedder.
    init(dimensionsGiven: Void) throws {
        folder = try TemporaryFolder()
        let clock = TestClock()
        store = MemoryStore(try Database.open(folder.database), embedder: nil, clock: { clock.now })
        self.clock = clock
    }
}

/// A clock that stands until it is set.
final class TestClock: Sendable {
    private let time = Mutex(1_700_000_000.0)
    var now: Double {
        get { time.withLock { $0 } }
        set { time.withLock { $0 = newValue } }
    }
}

/// An embedder that gives what it is told.
struct FixedEmbedder: Embedder {
    let model: EmbeddingModel
    private let make: @Sendable ([String]) throws -> [[Float]]

    init(_ name: String = "fixed", dimension: Int = 4, make: @escaping @Sendable ([String]) throws -> [[Float]]) {
        model = EmbeddingModel(identifier: name, dimension: dimension)
        self.make = make
    }

    func embed(_ texts: [String]) async throws -> [[Float]] { try make(texts) }
}

/// The error of ours that `body` throws, or nil.
func memoryError(_ body: () async throws -> Void) async -> MemoryError? {
    do { try await body() } catch { return error as? MemoryError }
    return nil
}

/// A small conversation.
enum SmallTalk {
    static let units = [
        NewUnit(session: "monday", text: "Hi! How was your weekend?", speaker: "Bob", time: 1_000),
        NewUnit(
            session: "monday", text: "Great, my sister Ana moved to Porto on Saturday.", speaker: "Alice", time: 1_001),
        NewUnit(session: "monday", text: "Wow, is she happy with the new flat?", speaker: "Bob", time: 1_002),
        NewUnit(
            session: "monday", text: "Yes, it has a balcony that looks on the river.", speaker: "Alice", time: 1_003),
        NewUnit(session: "friday", text: "I adopted a beagle called Rufus yesterday.", speaker: "Bob", time: 5_000),
        NewUnit(session: "friday", text: "Lovely! Does he sleep through the night?", speaker: "Alice", time: 5_001),
        NewUnit(session: "friday", text: "He snores louder than my uncle.", speaker: "Bob", time: 5_002),
        NewUnit(
            session: "sunday", text: "The pasta recipe needs three eggs and some nutmeg.", speaker: "Alice", time: 9_000
        ),
    ]
}
