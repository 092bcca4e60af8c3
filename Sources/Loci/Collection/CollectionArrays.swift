// Loci, Apache License 2.0.

import LociStorage

/// One of something for each array of records that a collection has: how it is cut into chunks, where it lies, how it is
/// changed.
struct CollectionArrays<Element> {
    /// First-level codes, or float vectors.
    var codes: Element
    /// Second-level codes.
    var residuals: Element?
    /// Neighbour lists.
    var adjacency: Element?
    /// Vectors as they were given.
    var originals: Element?
    /// Binary sketches.
    var sketches: Element?
    /// The one record that is the table of entry points.
    var entries: Element?
    /// Parents in the tree that keeps all within reach.
    var parents: Element?
    /// What slots hold, where not all hold a vector.
    var states: Element?

    /// The same of something else.
    func map<Mapped>(_ transform: (Table, Element) throws -> Mapped) rethrows -> CollectionArrays<Mapped> {
        CollectionArrays<Mapped>(
            codes: try transform(.codes, codes),
            residuals: try residuals.map { try transform(.residuals, $0) },
            adjacency: try adjacency.map { try transform(.adjacency, $0) },
            originals: try originals.map { try transform(.originals, $0) },
            sketches: try sketches.map { try transform(.sketches, $0) },
            entries: try entries.map { try transform(.entries, $0) },
            parents: try parents.map { try transform(.parents, $0) },
            states: try states.map { try transform(.states, $0) })
    }

    /// That of a table, if there is one.
    subscript(table: Table) -> Element? {
        switch table {
        case .codes: codes
        case .residuals: residuals
        case .adjacency: adjacency
        case .originals: originals
        case .sketches: sketches
        case .entries: entries
        case .parents: parents
        case .states: states
        case .settings, .collections, .staging, .ids, .identifiers, .attributes, .fields, .postings, .records: nil
        }
    }

    /// All of them, those first that a search reads first.
    var all: [Element] {
        [codes] + [sketches, entries, adjacency, states, residuals, originals, parents].compactMap(\.self)
    }

    /// Those that searches read.
    var searched: [Element] {
        [codes] + [sketches, entries, adjacency, states, residuals, originals].compactMap(\.self)
    }
}
