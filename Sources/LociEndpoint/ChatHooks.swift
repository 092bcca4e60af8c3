// Loci, Apache License 2.0.

public import LociMemory

/// Summaries by a language model.
public struct ChatSummarizer: Summarizer {
    private static let task =
        "Summarize the conversation in at most five plain sentences. Name people, places, dates and numbers as they are in it. "
        + "Say only what it says. Answer with the summary alone." + ChatMaterial.caution

    private let chat: EndpointChat

    /// A summarizer that asks a model.
    public init(_ chat: EndpointChat) { self.chat = chat }

    /// What the model says of turns; of long ones it is asked part by part.
    /// - Throws: `EndpointError`; `CancellationError`.
    public func summarize(_ turns: [MemoryUnit]) async throws -> String {
        var summaries: [String] = []
        for part in ChatMaterial.parts(of: turns) {
            let answer = try await chat.answer(Self.task, part)
            guard !answer.isEmpty else { throw chat.unusable(answer, expected: "a summary") }
            summaries.append(answer)
        }
        return summaries.joined(separator: "\n")
    }
}

/// Keywords by a language model.
public struct ChatKeywordExtractor: KeywordExtractor {
    private static let task =
        "List the up to twelve words or short names that matter most in the conversation, the most telling first, as they are "
        + "written in it. Answer with a JSON array of strings alone, such as [\"Porto\",\"knee surgery\"]."
        + ChatMaterial.caution

    private let chat: EndpointChat

    /// An extractor that asks a model.
    public init(_ chat: EndpointChat) { self.chat = chat }

    /// What the model says of turns; of long ones it is asked part by part.
    /// - Throws: `EndpointError`; `CancellationError`.
    public func keywords(of turns: [MemoryUnit], in memory: Memory) async throws -> [String] {
        var words: [String] = []
        for part in ChatMaterial.parts(of: turns) {
            let answer = try await chat.answer(Self.task, part)
            guard let some = AnswerText.array(of: String.self, in: answer) else {
                throw chat.unusable(answer, expected: "a JSON array of strings")
            }
            words += some
        }
        return words
    }
}

/// Questions with answers by a language model.
public struct ChatQuestionMaker: QuestionMaker {
    private static let task =
        "Write up to eight questions that somebody may ask later and that the conversation answers, with the answers. Name people and "
        + "things in each, so that it can be understood by itself. Answer with a JSON array alone, such as "
        + "[{\"question\":\"Where does Ana live?\",\"answer\":\"In Porto.\"}]." + ChatMaterial.caution

    private struct Pair: Decodable {
        let question: String
        let answer: String
    }

    private let chat: EndpointChat

    /// A maker that asks a model.
    public init(_ chat: EndpointChat) { self.chat = chat }

    /// What the model makes of turns; of long ones it is asked part by part.
    /// - Throws: `EndpointError`; `CancellationError`.
    public func questions(on turns: [MemoryUnit]) async throws -> [QuestionAnswer] {
        var pairs: [QuestionAnswer] = []
        for part in ChatMaterial.parts(of: turns) {
            let answer = try await chat.answer(Self.task, part)
            guard let some = AnswerText.array(of: Pair.self, in: answer) else {
                throw chat.unusable(answer, expected: "a JSON array of questions with answers")
            }
            pairs += some.map { QuestionAnswer(question: $0.question, answer: $0.answer) }
        }
        return pairs
    }
}

/// Leaves of a recall's passages those that have to do with the question, as a language model sees it.
public struct ChatFilter: RecallFilter {
    /// The most bytes of a passage that the model is shown.
    private static let maximumPassageBytes = 2_000
    private static let task =
        "You are given a question and numbered passages. Choose the passages that help to answer the question, directly or as a step "
        + "towards it; when in doubt, keep a passage. Answer with a JSON array of their numbers alone, such as [1,4]; [] if none helps."
        + ChatMaterial.caution

    private let chat: EndpointChat

    /// A filter that asks a model.
    public init(_ chat: EndpointChat) { self.chat = chat }

    /// The texts of passages that are kept, as they are, and nil for the others.
    /// - Throws: `EndpointError`; `CancellationError`.
    public func filter(_ passages: [Recall.Passage], question: String) async throws -> [String?] {
        let kept = try await kept(of: passages.map(\.text), question: question)
        return zip(passages, kept).map { $1 ? $0.text : nil }
    }

    /// Which of some texts are kept; the model is asked about as many at a time as it can read.
    func kept(of texts: [String], question: String) async throws -> [Bool] {
        var kept = [Bool](repeating: false, count: texts.count)
        let question = ChatMaterial.clipped(ChatMaterial.oneLine(question), to: Self.maximumPassageBytes)
        var begin = 0
        while begin < texts.count {
            var material = "Question: \(question)\n"
            var end = begin
            while end < texts.count {
                let text = ChatMaterial.clipped(ChatMaterial.oneLine(texts[end]), to: Self.maximumPassageBytes)
                let line = "\n\(end - begin + 1). \(text)"
                if end > begin, material.utf8.count + line.utf8.count > ChatMaterial.maximumBytes { break }
                material += line
                end += 1
            }
            for number in try await numbers(material, count: end - begin) { kept[begin + number - 1] = true }
            begin = end
        }
        return kept
    }

    private func numbers(_ material: String, count: Int) async throws -> [Int] {
        let answer = try await chat.answer(Self.task, material)
        guard let numbers = AnswerText.array(of: Int.self, in: answer), numbers.allSatisfy({ (1...count).contains($0) })
        else { throw chat.unusable(answer, expected: "a JSON array of numbers from 1 to \(count)") }
        return numbers
    }
}
