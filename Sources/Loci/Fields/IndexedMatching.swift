// Loci, Apache License 2.0.

import LociAttributes
import LociIndex
import LociStorage

/// What indexes say of each row that has attributes: of some it is known whether a part of a filter is true, false, or nil; of
/// others only what it may be.
struct RowOutcomes {
    /// Rows that it may be true of, false, or nil. Of what is known, a row is in one of them.
    var isTrue: SlotSet
    var isFalse: SlotSet
    var isNil: SlotSet
}

/// Evaluates a filter by the indexes of a collection.
struct IndexedMatching {
    private let fields: [FilterPath: IndexedField]
    private let collection: UInt32
    private let limit: Int
    /// The rows that have attributes.
    private let all: SlotSet

    /// - Parameters:
    ///   - fields: The fields that have an index, one at least.
    ///   - limit: Slots are below this.
    init(
        fields: [IndexedField], collection: UInt32, limit: Int,
        in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws {
        self.fields = Dictionary(fields.map { ($0.path, $0) }) { first, _ in first }
        self.collection = collection
        self.limit = limit
        let all = SlotSet(limit: limit)
        try transaction.forEachPostings(of: PostingTerm.attributesField, in: collection) { _, slots in
            for slot in slots { all.insert(slot) }
        }
        self.all = all
    }

    /// The rows that match for certain, and those of which the attributes tell.
    func matching(
        _ filter: IndexedFilter, in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws -> (known: SlotSet, open: SlotSet) {
        let outcomes = try outcomes(of: filter, in: transaction)
        let known = outcomes.isTrue.copy()
        known.subtract(outcomes.isFalse)
        known.subtract(outcomes.isNil)
        let open = outcomes.isTrue
        open.subtract(known)
        return (known, open)
    }

    private var none: SlotSet { SlotSet(limit: limit) }

    private func outcomes(
        of filter: IndexedFilter, in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws -> RowOutcomes {
        switch filter {
        case .constant(let value):
            return RowOutcomes(
                isTrue: value == true ? all.copy() : none, isFalse: value == false ? all.copy() : none,
                isNil: value == nil ? all.copy() : none)
        case .exists(let path):
            guard let field = fields[path] else {
                return RowOutcomes(isTrue: all.copy(), isFalse: all.copy(), isNil: none)
            }
            let there = try present(field, in: transaction)
            let missing = all.copy()
            missing.subtract(there)
            return RowOutcomes(isTrue: there, isFalse: missing, isNil: none)
        case .open(let paths):
            let possible = all.copy()
            for path in paths {
                guard let field = fields[path] else { continue }
                possible.formIntersection(try valued(field, in: transaction))
            }
            // Times that are none make it nil, too.
            return RowOutcomes(isTrue: possible, isFalse: possible.copy(), isNil: all.copy())
        case .test(let test):
            guard let field = fields[test.path] else {
                return RowOutcomes(isTrue: all.copy(), isFalse: all.copy(), isNil: all.copy())
            }
            return try outcomes(of: test, field, in: transaction)
        case .not(let part):
            let outcomes = try outcomes(of: part, in: transaction)
            return RowOutcomes(isTrue: outcomes.isFalse, isFalse: outcomes.isTrue, isNil: outcomes.isNil)
        case .chain(let parts, let deciding):
            return try chain(parts, endsAt: deciding, in: transaction)
        }
    }

    /// A chain of `and`, which ends at false, or `or`, which ends at true: each part is looked at of the rows that may get there.
    private func chain(
        _ parts: [IndexedFilter.Part], endsAt deciding: Bool,
        in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws -> RowOutcomes {
        // Rows that may get to a part without, and with, a part before it that decides the chain.
        let undecided = all.copy()
        let decided = none
        let ended = none
        let isNil = none
        for part in parts {
            let outcomes = try outcomes(of: part.filter, in: transaction)
            let (decides, goesOn) =
                deciding ? (outcomes.isTrue, outcomes.isFalse) : (outcomes.isFalse, outcomes.isTrue)
            let reached = undecided.copy()
            reached.formUnion(decided)
            outcomes.isNil.formIntersection(reached)
            isNil.formUnion(outcomes.isNil)
            if part.isGuard {
                reached.formIntersection(decides)
                ended.formUnion(reached)
                decided.formIntersection(goesOn)
            } else {
                let either = decides.copy()
                either.formUnion(goesOn)
                decided.formIntersection(either)
                let now = undecided.copy()
                now.formIntersection(decides)
                decided.formUnion(now)
            }
            undecided.formIntersection(goesOn)
        }
        ended.formUnion(decided)
        return RowOutcomes(
            isTrue: deciding ? ended : undecided, isFalse: deciding ? undecided : ended, isNil: isNil)
    }

    /// The rows that have a field.
    private func present(
        _ field: IndexedField, in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws -> SlotSet {
        try slots(of: field, FieldLookup(prefix: [FieldTerm.present], .all(.isTrue)), in: transaction)
    }

    /// The rows of which a field has a value that filters see.
    private func valued(
        _ field: IndexedField, in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws -> SlotSet {
        let there = try present(field, in: transaction)
        there.subtract(try slots(of: field, FieldLookup(prefix: [FieldTerm.none], .all(.isNil)), in: transaction))
        return there
    }

    private func slots(
        of field: IndexedField, _ lookup: FieldLookup, in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws -> SlotSet {
        let found = none
        try transaction.forEachPostings(
            of: field.record.number, in: collection, from: lookup.lower, upTo: lookup.upper
        ) { _, slots in
            for slot in slots { found.insert(slot) }
        }
        return found
    }

    private func outcomes(
        of test: FieldTest, _ field: IndexedField, in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws -> RowOutcomes {
        let (found, open, isNil, openNil) = (none, none, none, none)
        for lookup in test.lookups(field.kind) {
            // The blocks of one value come one after another.
            var last: (value: [UInt8], finding: FieldFinding?)?
            try transaction.forEachPostings(
                of: field.record.number, in: collection, from: lookup.lower, upTo: lookup.upper
            ) { value, slots in
                let finding: FieldFinding?
                switch lookup.finding {
                case .all(let all): finding = all
                case .byString, .byElement:
                    if let last, value.withUnsafeBytes({ $0.elementsEqual(last.value) }) {
                        finding = last.finding
                    } else {
                        finding = try Self.finding(test, lookup.finding, of: value)
                        last = (value.withUnsafeBytes { [UInt8]($0) }, finding)
                    }
                }
                let set: SlotSet
                switch finding {
                case nil: return
                case .isTrue: set = found
                case .isNil: set = isNil
                case .isOpen: set = open
                case .isOpenOrNil: set = openNil
                }
                for slot in slots { set.insert(slot) }
            }
        }
        // What is true of one element is true, whatever the others are.
        open.formUnion(openNil)
        open.subtract(found)
        openNil.subtract(found)
        let there = try present(field, in: transaction)
        there.subtract(isNil)
        let others = there.copy()
        others.subtract(found)
        let missing = all.copy()
        missing.subtract(there)
        missing.formUnion(openNil)
        found.formUnion(open)
        return test.isNegated
            ? RowOutcomes(isTrue: others, isFalse: found, isNil: missing)
            : RowOutcomes(isTrue: found, isFalse: others, isNil: missing)
    }

    private static func finding(
        _ test: FieldTest, _ finding: FieldLookup.Finding, of value: RawSpan
    ) throws -> FieldFinding? {
        guard let string = FieldTerm.text(of: value) else {
            throw StorageError.corrupted(what: "a value is no string", location: "table postings")
        }
        if case .byElement = finding { return test.elementFinding(of: string.bytes, isCut: string.isCut) }
        return test.finding(of: string.bytes, isCut: string.isCut)
    }
}
