// Loci, Apache License 2.0.

/// Says in a few sentences what turns come down to, as a model may. ``ExtractiveSummarizer`` needs none.
///
/// It is called by ``Memory/derive(_:sessions:summarizer:keywordExtractor:questionMaker:blockTurns:again:progress:)`` only, and never
/// while something is remembered.
public protocol Summarizer: Sendable {
    /// The summary of turns of one session, in their order: 1 to 32,768 bytes.
    /// - Throws: Whatever ends the derivation; of this session nothing is stored then.
    func summarize(_ turns: [MemoryUnit]) async throws -> String
}

/// Finds the words that matter in turns, as a model may. ``WeightedKeywordExtractor`` needs none.
public protocol KeywordExtractor: Sendable {
    /// Words or short phrases, those that matter most first; none for turns that are about nothing.
    /// - Parameters:
    ///   - turns: Turns of one session, in their order.
    ///   - memory: Where they are: how common a word is there can be asked of it.
    /// - Throws: Whatever ends the derivation; of this session nothing is stored then.
    func keywords(of turns: [MemoryUnit], in memory: Memory) async throws -> [String]
}

/// A question that turns answer, and the answer.
public struct QuestionAnswer: Sendable, Hashable {
    /// The question, in plain words.
    public var question: String
    /// What answers it.
    public var answer: String

    /// A question with its answer.
    public init(question: String, answer: String) { (self.question, self.answer) = (question, answer) }

    /// The text of the unit that it becomes.
    var text: String { question + "\n" + answer }
}

/// Makes questions that turns answer, as a model may. There is none that does without.
public protocol QuestionMaker: Sendable {
    /// Questions with their answers, the most telling first; of more than 100 the first count.
    /// - Throws: Whatever ends the derivation; of this session nothing is stored then.
    func questions(on turns: [MemoryUnit]) async throws -> [QuestionAnswer]
}
