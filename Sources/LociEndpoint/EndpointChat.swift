// Loci, Apache License 2.0.

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A language model on a server with OpenAI's interface, `/v1/chat/completions`, which is asked one thing at a time.
///
/// ```swift
/// let chat = try EndpointChat("http://localhost:11434/v1", model: "llama3.2")
/// try await memory.derive([.summary], summarizer: ChatSummarizer(chat))
/// ```
public struct EndpointChat: Sendable {
    /// The most bytes of an answer's text; what is longer is none to what was asked.
    static let maximumAnswerBytes = 65_536

    /// The name of the model as the server has it.
    public let model: String
    /// The most tokens of an answer.
    public let maximumTokens: Int
    private let connection: EndpointConnection

    /// A model on a server, which is not asked for anything yet.
    /// - Parameters:
    ///   - baseURL: Up to and with `/v1`, which is added where there is no path.
    ///   - model: The name of the model as the server has it.
    ///   - maximumTokens: The most tokens of an answer, 1 to 100,000; models that think aloud need more.
    ///   - options: How the server is asked.
    /// - Throws: `EndpointError.badAddress`, `.badModelName`, `.settingOutOfRange`, `.keyMissing`, `.badKey`.
    public init(
        _ baseURL: String, model: String, maximumTokens: Int = 1_024, _ options: EndpointOptions = EndpointOptions()
    ) throws(EndpointError) {
        try EndpointOptions.check(model: model)
        try EndpointOptions.check("the most tokens of an answer", maximumTokens, 1...100_000)
        connection = try EndpointConnection(baseURL, options)
        (self.model, self.maximumTokens) = (model, maximumTokens)
    }

    private struct Request: Encodable {
        struct Message: Encodable {
            let role: String
            let content: String
        }

        let model: String
        let messages: [Message]
        let maximumTokens: Int
        // The likeliest answer, so that the same question gets the same one, as far as the server keeps to it.
        let temperature = 0
        let stream = false

        enum CodingKeys: String, CodingKey {
            case model, messages, temperature, stream
            case maximumTokens = "max_tokens"
        }
    }

    private struct Answer: Decodable {
        struct Choice: Decodable {
            struct Message: Decodable {
                let content: String?
            }

            let message: Message
        }

        let choices: [Choice]
    }

    /// Asks the model.
    /// - Parameters:
    ///   - task: What it is to do.
    ///   - material: What it is to do that with.
    /// - Returns: Its answer, without what it thought aloud between `<think>` and `</think>`, and without blanks around it.
    /// - Throws: `EndpointError`; `CancellationError`.
    public func answer(_ task: String, _ material: String) async throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = try encoder.encode(
            Request(
                model: model,
                messages: [
                    Request.Message(role: "system", content: task), Request.Message(role: "user", content: material),
                ], maximumTokens: maximumTokens))
        let bytes = try await connection.post("/chat/completions", Array(body))
        let answer: Answer
        do {
            answer = try JSONDecoder().decode(Answer.self, from: Data(bytes))
        } catch {
            throw EndpointError.badAnswer(
                address: connection.address.description, reason: DecodingFault.text(of: error))
        }
        guard let text = answer.choices.first?.message.content else {
            throw EndpointError.badAnswer(
                address: connection.address.description, reason: "choices.0.message.content is missing")
        }
        guard text.utf8.count <= Self.maximumAnswerBytes else {
            throw EndpointError.answerTooLarge(
                address: connection.address.description, limit: Self.maximumAnswerBytes)
        }
        return AnswerText.spoken(text)
    }

    /// The error of an answer to another question.
    func unusable(_ answer: String, expected: String) -> EndpointError {
        .unusableAnswer(model: model, expected: expected, answer: connection.shown(answer))
    }
}
