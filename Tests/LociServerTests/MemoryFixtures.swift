// Loci, Apache License 2.0.

import LociProtocol
import LociText
import Synchronization
import TestSupport

@testable import LociServer

/// An embedder that notes what it is asked, and refuses some texts.
final class NotingEmbedder: Embedder {
    private let hashing: HashingEmbedder
    private let refused: String?
    private let calls = Mutex<[Int]>([])

    /// - Parameter refused: What a text has that no vector can be made of; nil to make one of any.
    init(refusing refused: String? = nil) throws {
        hashing = try HashingEmbedder(dimension: 64)
        self.refused = refused
    }

    var model: EmbeddingModel { hashing.model }

    /// How many texts it was given, each time.
    var batches: [Int] { calls.withLock { $0 } }

    func embed(_ texts: [String]) async throws -> [[Float]] {
        calls.withLock { $0.append(texts.count) }
        if let refused, texts.contains(where: { $0.contains(refused) }) {
            throw TestFailure("no vector is made of \(refused)")
        }
        return try await hashing.embed(texts)
    }
}

extension Reply {
    /// A field of a map, or of the array that stands for one in version 2.
    subscript(name: String) -> Reply? {
        switch self {
        case .map(let entries): entries.first { $0.key == .text(name) }?.value
        case .array(let elements):
            stride(from: 0, to: elements.count - 1, by: 2).first { elements[$0] == .text(name) }.map {
                elements[$0 + 1]
            }
        default: nil
        }
    }

    /// The names of the fields of a map, in their order.
    var names: [String] {
        switch self {
        case .map(let entries): entries.compactMap(\.key.string)
        case .array(let elements): stride(from: 0, to: elements.count, by: 2).compactMap { elements[$0].string }
        default: []
        }
    }
}

extension TestClient {
    /// Remembers a text, and returns the identifier.
    @discardableResult
    func remember(_ namespace: String, _ session: String, _ text: String, _ options: String...) throws -> String {
        let reply = try call(["MEM.REMEMBER", namespace, session, text] + options)
        guard let id = reply["id"]?.string else { throw TestFailure("\(reply)") }
        return id
    }

    /// Sends commands in one piece, and returns the replies.
    func pipeline(_ commands: [[String]]) throws -> [Reply] {
        try send(commands.flatMap { words in Self.request(words.map { Array($0.utf8) }) })
        return try commands.map { _ in
            guard let reply = try reply() else { throw TestFailure("the connection was closed") }
            return reply
        }
    }
}
