// Loci, Apache License 2.0.

/// How vectors of a model are compared.
public enum EmbeddingMetric: String, Sendable, Hashable, CaseIterable {
    /// The angle between two vectors; their lengths do not count.
    case cosine
    /// The inner product.
    case innerProduct = "ip"
}

/// What is to be known of the model that makes vectors out of texts.
public struct EmbeddingModel: Sendable, Hashable {
    /// The most bytes of a text, unless a model says otherwise.
    public static let defaultMaximumTextBytes = 1 << 20

    /// Tells models whose vectors differ apart: the kind, the dimension, and for files their checksum. It is stored with the
    /// vectors, so it stays what it is where folders are moved and renamed.
    public let identifier: String
    /// Numbers of a vector.
    public let dimension: Int
    /// How the vectors are compared.
    public let metric: EmbeddingMetric
    /// The most bytes of UTF-8 of a text; longer ones are refused.
    public let maximumTextBytes: Int
    /// The most tokens of a text that the model reads, its own marks included; what comes after them does not count. Nil where
    /// all of a text counts.
    public let maximumTokens: Int?

    /// Names a model.
    public init(
        identifier: String, dimension: Int, metric: EmbeddingMetric = .cosine,
        maximumTextBytes: Int = EmbeddingModel.defaultMaximumTextBytes, maximumTokens: Int? = nil
    ) {
        self.identifier = identifier
        self.dimension = dimension
        self.metric = metric
        self.maximumTextBytes = maximumTextBytes
        self.maximumTokens = maximumTokens
    }

    /// Checks that no text is too long, before any of them costs time.
    ///
    /// - Throws: `TextError.textTooLong`.
    /// - Complexity: O(texts)
    public func check(_ texts: [String]) throws(TextError) {
        for (index, text) in texts.enumerated() {
            let bytes = text.utf8.count
            guard bytes <= maximumTextBytes else {
                throw .textTooLong(index: index, bytes: bytes, limit: maximumTextBytes)
            }
        }
    }
}

/// Makes vectors out of texts, so that texts of like meaning get vectors close to each other.
///
/// ```swift
/// let embedder = try HashingEmbedder()
/// let vectors = try await embedder.embed(["a rainy day in Kyiv", "дощовий день у Києві"])
/// ```
///
/// Stored texts and queries go the same way. Of one embedder a text gets the same vector in whatever company it comes;
/// where that does not hold to the last bit, the embedder says so.
public protocol Embedder: Sendable {
    /// What makes the vectors.
    var model: EmbeddingModel { get }

    /// The vectors of texts, in their order, each of `model.dimension` numbers and of unit length.
    ///
    /// A text in which the model sees nothing, such as an empty one, gets a fixed vector of unit length
    /// (`UnitVector.placeholder`), since collections that compare by angle refuse zeros.
    ///
    /// The work is done where it is called, on one core, and stops soon after the task is cancelled.
    ///
    /// - Throws: `TextError.textTooLong`; what the model throws beside; `CancellationError`.
    func embed(_ texts: [String]) async throws -> [[Float]]
}
