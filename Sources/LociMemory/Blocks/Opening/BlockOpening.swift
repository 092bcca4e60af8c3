// Loci, Apache License 2.0.

/// A block that was opened.
public struct OpenedBlock: Sendable, Equatable {
    /// Why a block was opened.
    public enum Reason: String, Sendable {
        /// By its score.
        case chosen
        /// As one of the first of its stream.
        case sink
        /// As one of the last of its stream.
        case window
    }

    /// Its number, which stays.
    public let number: UInt32
    /// The stream.
    public let stream: String
    /// Where its members stand in the stream.
    public let positions: Range<UInt64>
    /// Where it stands in a short context that holds what was opened alone, in blocks' lengths: the *stingy* positions of Landmark
    /// Attention. What is near keeps its true distance, as far as there is room for the older ones.
    public let stingyPosition: UInt64
    /// Why it was opened.
    public let reason: Reason
    /// What it was chosen by: the similarity, or both channels together, standardized among the candidates.
    public let score: Double
    /// How like its landmarks are to the queries: the cosine, or the inner product.
    public let similarity: Double
    /// The BM25 of its texts.
    public let words: Double
    /// How much it weighs against the others that were opened.
    public let weight: Double
    /// The scores of its members, where they are scored.
    public let memberScores: [Double]
    /// The texts of its members, where it has some.
    public let texts: [String]
}

/// What an opening gave: blocks in the order of streams and positions.
public struct BlockOpening: Sendable, Equatable {
    /// Opened blocks of one stream that follow each other.
    public struct Span: Sendable, Equatable {
        /// The stream.
        public let stream: String
        /// From the first member to behind the last.
        public let positions: Range<UInt64>
        /// The places of its blocks among those of the opening.
        public let blocks: Range<Int>
    }

    /// A member of an opened block.
    public struct Member: Sendable, Equatable {
        /// The stream.
        public let stream: String
        /// Its position there.
        public let position: UInt64
        /// Its score.
        public let score: Double
        /// Its text, where it has one.
        public let text: String?
    }

    /// The blocks.
    public let blocks: [OpenedBlock]

    /// How many members they have.
    public var memberCount: Int { blocks.reduce(0) { $0 + $1.positions.count } }

    /// The blocks, those that follow each other together.
    public var spans: [Span] {
        var spans: [Span] = []
        for (place, block) in blocks.enumerated() {
            if let last = spans.last, last.stream.utf8.elementsEqual(block.stream.utf8),
                last.positions.upperBound == block.positions.lowerBound
            {
                spans[spans.count - 1] = Span(
                    stream: last.stream, positions: last.positions.lowerBound..<block.positions.upperBound,
                    blocks: last.blocks.lowerBound..<place + 1)
            } else {
                spans.append(Span(stream: block.stream, positions: block.positions, blocks: place..<place + 1))
            }
        }
        return spans
    }

    /// The members with the best scores, best first; none where members were not scored.
    public func bestMembers(_ count: Int) -> [Member] {
        var members: [Member] = []
        for block in blocks {
            for (offset, score) in block.memberScores.enumerated() {
                members.append(
                    Member(
                        stream: block.stream, position: block.positions.lowerBound + UInt64(offset), score: score,
                        text: offset < block.texts.count ? block.texts[offset] : nil))
            }
        }
        let order = members.indices.sorted { (members[$0].score, $1) > (members[$1].score, $0) }
        return order.prefix(max(0, count)).map { members[$0] }
    }

    /// The blocks with their weights, as ``BlockReader/attend(_:over:_:)`` takes them.
    public var weighted: [(block: UInt32, weight: Double)] { blocks.map { ($0.number, $0.weight) } }
}

/// The short context of Landmark Attention (arXiv 2305.16300): before the window stand as many blocks as were opened, and one more.
enum StingyPositions {
    /// The places, in blocks, of far blocks in the order in which they stand.
    /// - Parameter distances: How many blocks before the window each stands; nil where that is not known.
    static func places(distances: [Int?]) -> [Int] {
        var places = [Int](repeating: 0, count: distances.count)
        var free = distances.count
        for index in distances.indices.reversed() {
            // A block that is near stands where it stood, as long as the older ones have room.
            let own = distances[index].map { distances.count + 1 - $0 } ?? free
            places[index] = max(index, min(free, own))
            free = places[index] - 1
        }
        return places
    }
}
