// Loci, Apache License 2.0.

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Conversations with questions, of which it is known which turns answer them: a file of JSON.
///
///     {"name": …, "conversations": [{"id": …, "sessions": [{"id": …, "summary": …, "turns": [{"id": …, "speaker": …, "text": …}]}],
///      "queries": [{"id": …, "text": …, "category": …, "evidence": [turn ids]}]}]}
///
/// Other members are passed over. Vectors come in files of their own, a row for each turn, question or session, in the order of the file.
public struct ConversationSet: Decodable, Sendable {
    /// What one said.
    public struct Turn: Decodable, Sendable {
        /// Its identifier in the conversation.
        public let id: String
        /// Who said it.
        public let speaker: String?
        /// The text.
        public let text: String
    }

    /// Turns that belong together.
    public struct Session: Decodable, Sendable {
        /// Its identifier in the conversation.
        public let id: String
        /// What it comes down to.
        public let summary: String?
        /// The turns, in their order.
        public let turns: [Turn]
    }

    /// A question.
    public struct Query: Decodable, Sendable {
        /// Its identifier.
        public let id: String
        /// The question.
        public let text: String
        /// What kind of question it is.
        public let category: String?
        /// The identifiers of the turns that answer it.
        public let evidence: [String]
    }

    /// Sessions, and questions about them.
    public struct Conversation: Decodable, Sendable {
        /// Its identifier.
        public let id: String
        /// The sessions, in their order.
        public let sessions: [Session]
        /// The questions.
        public let queries: [Query]
    }

    /// What the set is called.
    public let name: String
    /// The conversations.
    public let conversations: [Conversation]

    /// How many turns, questions and sessions there are.
    public var counts: (turns: Int, queries: Int, sessions: Int) {
        conversations.reduce((0, 0, 0)) { sum, conversation in
            (
                sum.0 + conversation.sessions.reduce(0) { $0 + $1.turns.count }, sum.1 + conversation.queries.count,
                sum.2 + conversation.sessions.count
            )
        }
    }

    /// Reads a file.
    /// - Throws: `MemoryError.badConversations`.
    public static func read(_ path: String) throws -> ConversationSet {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw MemoryError.badConversations(path: path, reason: "it cannot be read; check the path")
        }
        do {
            return try JSONDecoder().decode(ConversationSet.self, from: data)
        } catch let error as DecodingError {
            throw MemoryError.badConversations(path: path, reason: Self.reason(error))
        }
    }

    private static func reason(_ error: DecodingError) -> String {
        func place(_ context: DecodingError.Context) -> String {
            context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
        }
        switch error {
        case .keyNotFound(let key, let context): return "\(place(context)) has no \"\(key.stringValue)\""
        case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
            return "\(place(context)): \(context.debugDescription)"
        @unknown default: return "\(error)"
        }
    }
}
