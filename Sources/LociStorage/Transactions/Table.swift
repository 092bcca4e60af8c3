// Loci, Apache License 2.0.

/// The tables of a database file, one for each kind of record.
///
/// They are few and fixed, since LMDB pays for every named table in every transaction. Every key of every table starts
/// with the collection's number; see ``Key``.
package enum Table: String, CaseIterable, Sendable {
    /// The database's own records and counters.
    case settings
    /// The settings and statistics of collections.
    case collections
    /// The collection numbers of builds under way and of collections being dropped.
    case staging
    /// External identifier to slot.
    case ids
    /// Slot to external identifier, in chunks.
    case identifiers
    /// First-level codes, in chunks.
    case codes
    /// Second-level codes, in chunks.
    case residuals
    /// Adjacency lists, in chunks.
    case adjacency
    /// Original vectors, in chunks.
    case originals
    /// Binary sketches, in chunks.
    case sketches
    /// Tables of entry points, as chunks of one record.
    case entries
    /// The parent of each slot in the tree that keeps all within reach, in chunks.
    case parents
    /// What each slot holds, in chunks.
    case states
    /// Slot to attributes; see ``AttributesEntry``. Since format version 4.
    case attributes
    /// Fields of attributes that have an index; see ``FieldRecord``. Since format version 5.
    case fields
    /// Values of these fields to slots; see ``PostingsEntry``. Since format version 5.
    case postings
    /// Records of a program's own; see ``RecordEntry``. Since format version 6.
    case records

    /// The position of the table in the list of opened tables.
    var index: Int {
        switch self {
        case .settings: 0
        case .collections: 1
        case .staging: 2
        case .ids: 3
        case .identifiers: 4
        case .codes: 5
        case .residuals: 6
        case .adjacency: 7
        case .originals: 8
        case .sketches: 9
        case .entries: 10
        case .parents: 11
        case .states: 12
        case .attributes: 13
        case .fields: 14
        case .postings: 15
        case .records: 16
        }
    }

    /// The tables that every version has which is read.
    static var lasting: some Sequence<Table> { allCases.lazy.filter { !$0.isAdded } }

    /// The tables that some versions lack which are read.
    static var added: some Sequence<Table> { allCases.lazy.filter(\.isAdded) }

    /// Whether files of some versions lack the table which are read.
    var isAdded: Bool { firstVersion > DatabaseSettings.supportedVersions.lowerBound }

    /// The first format version that has the table, of those that are read.
    var firstVersion: UInt32 {
        switch self {
        case .attributes: 4
        case .fields, .postings: 5
        case .records: 6
        default: DatabaseSettings.supportedVersions.lowerBound
        }
    }

    /// Whether the values of the table are chunks, with a ``ChunkHeader``.
    package var holdsChunks: Bool {
        ChunkKind(table: self) != nil
    }
}
