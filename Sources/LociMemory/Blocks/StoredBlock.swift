// Loci, Apache License 2.0.

/// A block as it is stored.
public struct StoredBlock: Sendable, Equatable {
    /// Its number, which stays.
    public let number: UInt32
    /// The stream.
    public let stream: String
    /// Where its members stand in the stream.
    public let positions: Range<UInt64>
    /// How many landmarks it has.
    public let landmarks: Int
    /// Bytes of its vectors, texts and payload.
    public let bytes: Int
    /// Whether it is never evicted.
    public let isPinned: Bool
}
