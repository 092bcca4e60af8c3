// Loci, Apache License 2.0.

public import LociText

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Vectors by a model on a server with OpenAI's interface, `/v1/embeddings`: Ollama, llama.cpp, vLLM, text-embeddings-inference.
///
/// ```swift
/// let embedder = try await EndpointEmbedder.open("http://localhost:11434/v1", model: "nomic-embed-text")
/// let store = try MemoryStore.open("agent.loci", embedder: embedder)
/// ```
///
/// Texts are sent as they are, with no prefix for questions or documents. Answers are not trusted: each vector is checked, and made to
/// have unit length. To the last bit a server need not give a text the same vector in whatever company it comes.
public struct EndpointEmbedder: Embedder {
    /// How many texts are sent at a time, unless another number is given.
    public static let standardBatch = 64
    static let dimensions = 1...65_536
    /// The most bytes of the texts of a request, unless one text has more.
    private static let maximumBatchBytes = 1 << 20

    /// What makes the vectors; its identifier is `http:`, the model's name, `@` and the dimension.
    public let model: EmbeddingModel

    private let name: String
    private let batch: Int
    private let connection: EndpointConnection

    /// An embedder of a dimension that is known. The server is not asked for anything yet.
    /// - Parameters:
    ///   - baseURL: Up to and with `/v1`, which is added where there is no path.
    ///   - model: The name of the model as the server has it.
    ///   - dimension: Numbers of a vector, 1 to 65,536.
    ///   - batch: How many texts are sent at a time, 1 to 2,048.
    ///   - options: How the server is asked.
    /// - Throws: `EndpointError.badAddress`, `.badModelName`, `.settingOutOfRange`, `.keyMissing`, `.badKey`.
    public init(
        _ baseURL: String, model: String, dimension: Int, batch: Int = EndpointEmbedder.standardBatch,
        _ options: EndpointOptions = EndpointOptions()
    ) throws(EndpointError) {
        try EndpointOptions.check(model: model)
        try EndpointOptions.check("the dimension", dimension, Self.dimensions)
        try EndpointOptions.check("the texts of a request", batch, 1...2_048)
        connection = try EndpointConnection(baseURL, options)
        (name, self.batch) = (model, batch)
        self.model = EmbeddingModel(identifier: "http:\(model)@\(dimension)", dimension: dimension)
    }

    /// An embedder whose dimension is learned by one request, where it is not given.
    /// - Parameters: As those of ``init(_:model:dimension:batch:_:)``.
    /// - Throws: What that throws, and what ``embed(_:)`` does.
    public static func open(
        _ baseURL: String, model: String, dimension: Int? = nil, batch: Int = EndpointEmbedder.standardBatch,
        _ options: EndpointOptions = EndpointOptions()
    ) async throws -> EndpointEmbedder {
        if let dimension {
            return try EndpointEmbedder(baseURL, model: model, dimension: dimension, batch: batch, options)
        }
        let probe = try EndpointEmbedder(baseURL, model: model, dimension: 1, batch: batch, options)
        let vector = try await probe.vectors(of: ["dimension"], places: [0], dimension: nil).first ?? []
        return try EndpointEmbedder(baseURL, model: model, dimension: vector.count, batch: batch, options)
    }

    /// The vectors of texts, in their order. A text of blanks is not sent, since servers refuse it: it gets the placeholder.
    ///
    /// The options' timeout is for each request by itself.
    /// - Throws: `TextError.textTooLong`; `EndpointError`; `CancellationError`.
    public func embed(_ texts: [String]) async throws -> [[Float]] {
        try model.check(texts)
        var vectors = [[Float]](repeating: UnitVector.placeholder(dimension: model.dimension), count: texts.count)
        let places = texts.indices.filter { place in
            texts[place].unicodeScalars.contains { !$0.properties.isWhitespace }
        }
        var begin = 0
        while begin < places.count {
            var (end, bytes) = (begin, 0)
            while end < places.count, end - begin < batch {
                bytes += texts[places[end]].utf8.count
                if bytes > Self.maximumBatchBytes, end > begin { break }
                end += 1
            }
            let part = Array(places[begin..<end])
            let made = try await self.vectors(of: part.map { texts[$0] }, places: part, dimension: model.dimension)
            for (place, vector) in zip(part, made) { vectors[place] = vector }
            begin = end
        }
        return vectors
    }

    private func vectors(of texts: [String], places: [Int], dimension: Int?) async throws -> [[Float]] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let body = try encoder.encode(EmbeddingRequest(model: name, input: texts))
        let answer = try await connection.post("/embeddings", Array(body))
        return try EmbeddingAnswer.vectors(
            in: answer, places: places, dimension: dimension, model: name, address: connection.address)
    }
}
