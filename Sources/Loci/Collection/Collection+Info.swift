// Loci, Apache License 2.0.

public import LociIndex
import LociStorage

/// What a collection holds, and what it takes.
public struct CollectionInfo: Sendable, Equatable {
    /// The number of the collection in its file, which no other ever gets.
    package let number: Int
    /// The name.
    public let name: String
    /// The number of vectors.
    public let count: Int
    /// The number of rows, which is that of identifiers: less than `count` where rows have several vectors.
    public let rowCount: Int
    /// The number of slots that hold no vector: removed vectors left them. Only a collection with a graph has such.
    public let unusedSlots: Int
    /// The number of these that the next vectors are put into. Into the others some lists still lead; writes clear them
    /// bit by bit.
    public let freeSlots: Int
    /// The number of rows that have attributes.
    public let attributesCount: Int
    /// The indexes on fields of the attributes, in the order of their paths.
    public let indexes: [FieldIndex]
    /// How many different words, or stems, an index of the kind `text` has, by its path.
    public let terms: [String: Int]
    /// The number of components of a vector; 0 while there are no vectors.
    public let dimension: Int
    /// What the collection was made with.
    public let configuration: CollectionConfiguration
    /// How vectors are coded.
    public let quantization: Quantization
    /// Whether there is a graph; small collections are scanned instead.
    public let hasGraph: Bool
    /// What recall its windows reach; `nil` if it was never tuned.
    public let tuning: SearchTuning?
    /// The bytes of the file that the collection takes, pages that are partly filled included, by what is on them.
    public let bytes: Bytes

    /// Bytes of the file by kind of record.
    public struct Bytes: Sendable, Equatable {
        /// First-level codes, or float vectors.
        public var codes = 0
        /// Residual codes.
        public var residuals = 0
        /// Neighbour lists, and what keeps every vector within reach.
        public var adjacency = 0
        /// Vectors as they were given.
        public var originals = 0
        /// Binary sketches.
        public var sketches = 0
        /// The table of entry points.
        public var entries = 0
        /// Identifiers, both ways; rows that were given none take nothing.
        public var identifiers = 0
        /// Attributes.
        public var attributes = 0
        /// Indexes on fields of the attributes.
        public var indexes = 0
        /// Settings.
        public var settings = 0
        /// All of them.
        public var total: Int {
            codes + residuals + sketches + adjacency + entries + originals + identifiers + attributes + indexes
                + settings
        }
    }

    /// The window of searches that name none.
    public var window: Int { tuning?.window ?? SearchOptions.standardWindow }

    /// About the bytes of the file that unused slots take: their share of all arrays that have a record for each slot.
    public var unusedBytes: Int {
        guard unusedSlots > 0 else { return 0 }
        let perSlot = Double(bytes.codes + bytes.residuals + bytes.sketches + bytes.adjacency + bytes.originals)
        return Int(perSlot * Double(unusedSlots) / Double(count + unusedSlots))
    }

    /// Bytes of the file for each vector; 0 while there are no vectors.
    public var bytesPerVector: Double { count == 0 ? 0 : Double(bytes.total) / Double(count) }
}

/// What a database holds, and what it takes.
public struct DatabaseInfo: Sendable, Equatable {
    /// The path of the file.
    public let path: String
    /// The size of the file in use, in bytes: live pages, and those that can be used again.
    public let bytes: Int
    /// The number of the last commit.
    public let transactionID: Int
    /// The kernels that this process uses: portable, avx2, avx512, avx512-vpopcntdq or neon.
    public let kernels: String
    /// When commits are on the disk.
    public let durability: Durability
    /// How many readers see a commit now, in all processes: views, searches under way, backups, and one of each process
    /// that writes to a periodic database. `nil` where the lock file cannot be used.
    public let readers: Int?
    /// The commit that the oldest of them sees; `nil` without readers. Pages that it can see are not used again, so the file
    /// grows as long as it falls behind.
    public let oldestReaderCommit: Int?
    /// The collections, in the order of their names.
    public let collections: [CollectionInfo]
}

extension Database {
    /// The size of the file in use, in bytes: live pages, and those that can be used again.
    public var bytes: Int {
        get throws { try LociError.mapped { try environment.usedBytes } }
    }

    /// What the database holds, at one moment.
    public func info() throws -> DatabaseInfo {
        try LociError.mapped {
            // Before this one begins to read.
            let readers = try environment.readerCommits()
            let durability = try durability
            return try environment.read { transaction in
                DatabaseInfo(
                    path: path, bytes: try environment.usedBytes, transactionID: transaction.transactionID,
                    kernels: Kernels.name, durability: durability, readers: readers?.count,
                    oldestReaderCommit: readers?.min(),
                    collections: try Catalogue.names(in: transaction).map {
                        try Collection(name: $0, database: self).info(in: transaction)
                    })
            }
        }
    }
}

extension Collection {
    /// What the collection holds and takes.
    /// - Complexity: O(n): the entries of identifiers, attributes and indexes are walked.
    public func info() throws -> CollectionInfo {
        try withTransaction { try info(in: $0) }
    }

    func info(in transaction: borrowing ReadTransaction) throws -> CollectionInfo {
        let number = try Catalogue.existing(name, in: transaction)
        let record = try Catalogue.record(number: number, path: database.path, in: transaction)
        let fields = try transaction.indexedFields(of: number)
        var terms: [String: Int] = [:]
        for field in fields where field.kind == .text {
            terms[field.path.text] = try transaction.termCount(of: field.record.number, in: number)
        }
        return CollectionInfo(
            number: Int(number), name: name, count: record.count, rowCount: record.rowCount,
            unusedSlots: record.slots - record.count, freeSlots: record.freeSlots,
            attributesCount: try transaction.attributesCount(in: number),
            indexes: fields.map(\.index), terms: terms, dimension: record.dimension,
            configuration: record.configuration,
            quantization: record.quantization, hasGraph: record.hasGraph, tuning: record.tuning,
            bytes: try Self.bytes(of: number, in: transaction))
    }

    private static func bytes(
        of number: UInt32, in transaction: borrowing ReadTransaction
    ) throws -> CollectionInfo.Bytes {
        var bytes = CollectionInfo.Bytes()
        func space(_ table: Table) throws -> Int { try transaction.fileBytes(of: number, in: table) }
        bytes.codes = try space(.codes)
        bytes.residuals = try space(.residuals)
        bytes.adjacency = try space(.adjacency) + space(.parents) + space(.states)
        bytes.originals = try space(.originals)
        bytes.sketches = try space(.sketches)
        bytes.entries = try space(.entries)
        bytes.identifiers = try space(.identifiers) + space(.ids)
        bytes.attributes = try space(.attributes)
        bytes.indexes = try space(.fields) + space(.postings)
        bytes.settings = try space(.collections)
        return bytes
    }
}
