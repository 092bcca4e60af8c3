// Loci, Apache License 2.0.

import LociIndex
import LociStorage

extension Collection {
    /// Whether there is a row of an identifier.
    /// - Throws: `LociError`.
    /// - Complexity: O(log n).
    public func contains(_ id: VectorID) throws -> Bool {
        try withFound({ view, transaction in try view.slot(of: id, in: transaction) != nil }) { _, found in found }
    }

    /// The identifiers of a range in the order of their bytes, from its beginning on, of one moment.
    /// - Parameters:
    ///   - lower: Where the range begins.
    ///   - upper: Where it ends.
    ///   - limit: How many identifiers at most, 0 or more. To go on, begin after the last one that was given.
    /// - Throws: `IndexError.parameter` for a limit below 0; `LociError`.
    /// - Complexity: O(log n) for each that is given. Numbers that are no identifiers are passed over one by one, if slots of these
    ///   numbers have other identifiers.
    public func identifiers(
        from lower: IdentifierBound = .unbounded, to upper: IdentifierBound = .unbounded, limit: Int = .max
    ) throws -> [VectorID] {
        try IdentifierCount.validate(limit, name: "limit")
        return try withFound { view, transaction in
            try view.identifiers(from: lower, to: upper, limit: limit, in: transaction)
        } _: { _, found in
            found
        }
    }

    /// Identifiers at random, each as likely as any other, however many vectors its row has.
    /// - Parameters:
    ///   - count: How many, 0 or more; with repeats no more than `repeatedLimit`.
    ///   - repeating: Whether one may come more than once. If not, there are no more than `rowCount`.
    ///   - generator: What chance comes from: the same numbers draw the same identifiers of the same commit.
    /// - Returns: The identifiers, in an order that is random, too; none of a collection without vectors.
    /// - Throws: `IndexError.parameter` for a count that is out of range; `LociError`.
    /// - Complexity: O(count); O(n) where more than half of all are drawn without repeats, or most vectors were removed.
    public func randomIdentifiers(
        _ count: Int, repeating: Bool = false, using generator: inout some RandomNumberGenerator
    ) throws -> [VectorID] {
        try IdentifierCount.validate(count, name: "count", limit: repeating ? Self.repeatedLimit : .max)
        return try withFound { view, transaction in
            try view.randomSlots(count, repeating: repeating, using: &generator, in: transaction)
        } _: { view, slots in
            try slots.map { VectorID(bytes: try view.identifiers.identifier(at: $0)) }
        }
    }

    /// How many identifiers can be drawn at a time where one may come more than once.
    public static var repeatedLimit: Int { 1_000_000 }

    /// The neighbours that the graph links an identifier's vector to: where a walk goes on from there, and not all near ones.
    ///
    /// Of a row of several vectors, those of each; rows that are linked come once, by the nearest of their vectors that is linked.
    /// - Returns: The neighbours, nearest first, with distances as searches report them, from the vector as `get` gives it; none
    ///   where the collection is scanned, being small, and `nil` when there is no such identifier.
    /// - Throws: `LociError`, and `.corrupt` for a damaged graph.
    /// - Complexity: O(degree · dimension).
    public func links(of id: VectorID) throws -> [Neighbor]? {
        try withFound({ view, transaction in try view.slots(of: id, in: transaction) }) { view, slots in
            try slots.map { try view.links(of: $0) }
        }
    }
}

/// How many identifiers are asked for.
enum IdentifierCount {
    /// - Throws: `IndexError.parameter` for a count below 0, or above the limit.
    static func validate(_ count: Int, name: String, limit: Int = .max) throws(IndexError) {
        guard (0...limit).contains(count) else {
            let allowed = limit == .max ? "at least 0" : "from 0 to \(limit)"
            throw .parameter(name: name, value: "\(count)", allowed: allowed)
        }
    }
}
