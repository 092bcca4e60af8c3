// Loci, Apache License 2.0.

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
}

extension StorageTransaction where Self: ~Copyable {
    /// Runs `body` with the slots of each block of a field's values from a lower bound up to an upper one, which does not belong
    /// to them, in the order of values and then of slots.
    /// - Parameters:
    ///   - upper: `nil` for all values from the lower bound on.
    ///   - body: Gets the bytes of the value, good during the call.
    ///   - fault: Gets what is wrong with an entry, in place of `body`.
    /// - Complexity: O(blocks that are read).
    func forEachPostings(
        of field: UInt16, in collection: UInt32, from lower: [UInt8] = [], upTo upper: [UInt8]? = nil,
        _ body: (_ value: RawSpan, _ slots: [UInt32]) throws -> Void,
        fault: (PostingsFault) throws -> Void = {
            throw StorageError.corrupted(what: $0.description, location: "indexes")
        }
    ) throws {
        var slots: [UInt32] = []
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
                    do throws(PostingsFault) {
                        try PostingBlock.readSlots(ofEntry: entry, key: key, into: &slots)
                    } catch {
                        try fault(error)
                        return true
                    }
                    try body(value, slots)
                    return true
                }
                guard goesOn == true else { return }
                isThere = try cursor.next()
            }
        }
    }
}

extension PostingBlock {
    /// The slots of an entry of the table `postings`.
    static func readSlots(
        ofEntry entry: RawSpan, key: RawSpan, into slots: inout [UInt32]
    ) throws(PostingsFault) {
        let place = Key.posting(in: key)
        guard let block = PostingsEntry.block(in: entry, key: key) else {
            throw PostingsFault(field: place?.field, what: "the checksum of an entry is wrong")
        }
        do throws(WordsError) {
            try readSlots(of: entry.extracting(block), into: &slots)
        } catch {
            throw PostingsFault(field: place?.field, what: "\(error)")
        }
        guard slots.first == place?.slot else {
            throw PostingsFault(field: place?.field, what: "a block begins with another slot than its key says")
        }
    }
}

extension RawSpan {
    /// Whether the bytes come before others.
    fileprivate func precedes(_ other: [UInt8]) -> Bool {
        withUnsafeBytes { $0.lexicographicallyPrecedes(other) }
    }
}
