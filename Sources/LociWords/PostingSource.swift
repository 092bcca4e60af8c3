// Loci, Apache License 2.0.

/// What a search reads: posting lists, and what is known of documents. One moment of a field; not to be used by two threads.
package protocol PostingSource: AnyObject {
    /// How many documents there are.
    var documentCount: Int { get }
    /// Words of a document in the mean.
    var averageLength: Double { get }

    /// The postings of a term; nil if no document has it.
    func postings(of term: [UInt8]) throws -> (any PostingList)?
    /// Gives `body` the bytes of the `LengthBlock` in which a slot is: how many words documents have, not less than the blocks
    /// that name them say.
    func withLengths(around slot: UInt32, _ body: (RawSpan) -> Void)
    /// Whether a document may be in the results. Asked only of those that would be among the best.
    func accepts(_ slot: UInt32) -> Bool
}

extension PostingSource {
    /// How many words a document has.
    func documentLength(of slot: UInt32) -> UInt32 {
        var length: UInt32 = 0
        withLengths(around: slot) { length = LengthBlock.length(of: slot, in: $0) }
        return length
    }
}

/// The blocks of one term, in the order of slots. Whoever asks for a list has it for himself.
package protocol PostingList: AnyObject {
    /// What holds of the list as a whole.
    var summary: PostingSummary { get }

    /// Gives `body` the first block, at or after the one that was given last, whose last slot is at least `slot`, and says
    /// whether there is one. Slots never fall from call to call; a block may be given again.
    func withBlock(reaching slot: UInt32, _ body: (RawSpan) throws -> Void) throws -> Bool
}

/// What holds of all postings of a term.
package struct PostingSummary: Equatable, Sendable {
    /// How many documents have the term.
    package var documentCount: Int
    /// No document has it more often.
    package var greatestFrequency: UInt32
    /// No document that has it has fewer words.
    package var shortestDocument: UInt32

    /// A list without blocks.
    package init() {
        documentCount = 0
        greatestFrequency = 0
        shortestDocument = .max
    }

    /// Takes in what the header of a block says.
    package mutating func add(_ block: PostingBlock) {
        documentCount += block.count
        greatestFrequency = max(greatestFrequency, block.greatestFrequency)
        shortestDocument = min(shortestDocument, block.shortestDocument)
    }
}
