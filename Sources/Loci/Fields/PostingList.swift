// Loci, Apache License 2.0.

import LociAttributes
import LociStorage
import LociWords

/// Where a value of a field is in the table `postings`: the field's number and the value's bytes.
struct PostingTerm: Hashable, Comparable {
    /// The number that stands for no field: its one value says that a row has attributes.
    static let attributesField: UInt16 = 0

    let field: UInt16
    let value: [UInt8]

    func key(collection: UInt32, slot: UInt32? = nil) throws(StorageError) -> Key {
        try Key(collection: collection, field: field, value: value, slot: slot)
    }

    static func < (left: PostingTerm, right: PostingTerm) -> Bool {
        left.field == right.field ? left.value.lexicographicallyPrecedes(right.value) : left.field < right.field
    }
}

/// What is wrong with an entry of the table `postings`.
struct PostingsFault: Error, CustomStringConvertible {
    let field: UInt16?
    let what: String

    var description: String {
        "table postings\(field.map { ", field \($0)" } ?? ""): \(what)"
    }

    /// Runs `body`, and names the field in what it throws.
    static func naming<Result>(
        _ field: UInt16?, _ body: () throws(WordsError) -> Result
    ) throws(PostingsFault) -> Result {
        do throws(WordsError) { return try body() } catch { throw PostingsFault(field: field, what: "\(error)") }
    }

    /// Where the block of an entry lies, once its checksum was compared.
    static func block(ofEntry entry: RawSpan, key: RawSpan) throws(PostingsFault) -> Range<Int> {
        guard let block = PostingsEntry.block(in: entry, key: key) else {
            throw PostingsFault(field: Key.posting(in: key)?.field, what: "the checksum of an entry is wrong")
        }
        return block
    }
}

extension StorageTransaction where Self: ~Copyable {
    /// Runs `body` with each block of a field's values from a lower bound up to an upper one, which does not belong to them, in the
    /// order of values and then of slots.
    /// - Parameters:
    ///   - upper: `nil` for all values from the lower bound on.
    ///   - body: Gets the bytes of the value, the slot of the key, and the block, good during the call.
    ///   - fault: Gets what is wrong with an entry: of what `body` throws, faults.
    /// - Complexity: O(blocks that are read).
    func forEachBlock(
        of field: UInt16, in collection: UInt32, from lower: [UInt8] = [], upTo upper: [UInt8]? = nil,
        _ body: (_ value: RawSpan, _ slot: UInt32, _ block: RawSpan) throws -> Void,
        fault: (PostingsFault) throws -> Void = {
            throw StorageError.corrupted(what: $0.description, location: "indexes")
        }
    ) throws {
        try withCursor(over: .postings) { cursor in
            var isThere = try cursor.seek(Key(collection: collection, field: field, value: lower))
            while isThere {
                let goesOn = try cursor.withCurrent { key, entry -> Bool in
                    guard Key.number(in: key) == collection else { return false }
                    guard let place = Key.posting(in: key) else {
                        try fault(PostingsFault(field: nil, what: "a key has \(key.byteCount) bytes"))
                        return true
                    }
                    guard place.field == field else { return false }
                    let value = key.extracting(place.value)
                    if let upper, !value.precedes(upper) { return false }
                    do {
                        let block = try PostingsFault.block(ofEntry: entry, key: key)
                        try body(value, place.slot, entry.extracting(block))
                    } catch let error as PostingsFault {
                        try fault(error)
                    }
                    return true
                }
                guard goesOn == true else { return }
                isThere = try cursor.next()
            }
        }
    }

    /// The same with the slots of each block, of values whose blocks have slots alone.
    func forEachPostings(
        of field: UInt16, in collection: UInt32, from lower: [UInt8] = [], upTo upper: [UInt8]? = nil,
        _ body: (_ value: RawSpan, _ slots: [UInt32]) throws -> Void
    ) throws {
        var slots: [UInt32] = []
        try forEachBlock(of: field, in: collection, from: lower, upTo: upper) { value, slot, block in
            try PostingsFault.naming(field) { () throws(WordsError) in
                try PostingBlock.readSlots(of: block, into: &slots)
            }
            guard slots.first == slot else {
                throw PostingsFault(field: field, what: "a block begins with another slot than its key says")
            }
            try body(value, slots)
        }
    }
}

extension StorageTransaction where Self: ~Copyable {
    /// The different words of a field of texts.
    /// - Complexity: O(blocks) of which no more than the keys are read.
    func termCount(of field: UInt16, in collection: UInt32) throws -> Int {
        var (count, last): (Int, [UInt8]) = (0, [])
        try forEach(
            in: .postings, prefix: Key(collection: collection, field: field, value: [FieldTerm.word])
        ) { key, _ in
            guard let place = Key.posting(in: key) else { return true }
            let value = key.extracting(place.value)
            if value.withUnsafeBytes({ !$0.elementsEqual(last) }) {
                count += 1
                last = value.withUnsafeBytes { [UInt8]($0) }
            }
            return true
        }
        return count
    }
}

extension RawSpan {
    /// Whether the bytes come before others.
    fileprivate func precedes(_ other: [UInt8]) -> Bool {
        withUnsafeBytes { $0.lexicographicallyPrecedes(other) }
    }
}
