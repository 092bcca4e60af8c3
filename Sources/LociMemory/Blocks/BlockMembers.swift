// Loci, Apache License 2.0.

/// What is appended to a stream: tokens, turns, sentences.
///
/// Each part is either empty or has one for each member.
public struct BlockMembers: Sendable, Equatable {
    /// How many there are.
    public let count: Int
    /// The vectors, one after the other; empty to have the store's embedder make them of the texts.
    public var vectors: [Float]
    /// The texts, which words are looked for in.
    public var texts: [String]
    /// Bytes that are opaque to the store, or keys and values: an equal share for each member, in their order.
    public var payload: [UInt8]
    /// How much attention each received, for ``LandmarkPolicy/received(_:)``.
    public var attention: [Float]
    /// The landmarks of each block that the append reaches into, for ``LandmarkPolicy/given``.
    public var landmarks: [[[Float]]] = []

    /// Members of flat arrays.
    public init(
        count: Int, vectors: [Float] = [], texts: [String] = [], payload: [UInt8] = [], attention: [Float] = []
    ) {
        (self.count, self.vectors, self.texts) = (count, vectors, texts)
        (self.payload, self.attention) = (payload, attention)
    }

    /// Members that are texts.
    public init(texts: [String], payload: [UInt8] = []) {
        self.init(count: texts.count, texts: texts, payload: payload)
    }

    /// Some of the members.
    func slice(_ range: Range<Int>) -> BlockMembers {
        func part<Element>(_ array: [Element]) -> [Element] {
            let share = array.count / max(1, count)
            return Array(array[range.lowerBound * share..<range.upperBound * share])
        }
        return BlockMembers(
            count: range.count, vectors: part(vectors), texts: part(texts), payload: part(payload),
            attention: part(attention))
    }

    /// These members, and then others of the same parts.
    func appending(_ others: BlockMembers) -> BlockMembers {
        BlockMembers(
            count: count + others.count, vectors: vectors + others.vectors, texts: texts + others.texts,
            payload: payload + others.payload, attention: attention + others.attention)
    }
}
