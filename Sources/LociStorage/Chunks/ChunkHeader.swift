// Loci, Apache License 2.0.

/// What a chunk holds; the first number of its header.
///
/// The upper byte is the same for all and the lower one names the table, so that a chunk in the wrong table is noticed.
package enum ChunkKind: UInt16, Sendable, CaseIterable {
    /// First-level codes.
    case codes = 0x4C01
    /// Second-level codes.
    case residuals = 0x4C02
    /// Adjacency lists.
    case adjacency = 0x4C03
    /// Original vectors.
    case originals = 0x4C04
    /// External identifiers of slots.
    case identifiers = 0x4C05
    /// Binary sketches.
    case sketches = 0x4C06
    /// A table of entry points.
    case entries = 0x4C07
    /// Parents in the tree that keeps all slots within reach.
    case parents = 0x4C08
    /// States of slots.
    case states = 0x4C09

    /// The kind of the chunks of `table`, or nil if it holds none.
    package init?(table: Table) {
        switch table {
        case .codes: self = .codes
        case .residuals: self = .residuals
        case .adjacency: self = .adjacency
        case .originals: self = .originals
        case .identifiers: self = .identifiers
        case .sketches: self = .sketches
        case .entries: self = .entries
        case .parents: self = .parents
        case .states: self = .states
        case .settings, .collections, .staging, .ids, .attributes, .fields, .postings, .records: return nil
        }
    }
}

/// The first 48 bytes of every chunk, little-endian:
///
///     offset size
///          0    2  kind, see ``ChunkKind``
///          2    2  version of the chunk's layout: 1
///          4    4  collection number
///          8    4  chunk index
///         12    4  stride of the records in bytes; 0 in an identifier chunk
///         16    4  records in the chunk
///         20    4  CRC-32 of the header with zero here, followed by the content
///         24   24  zero
///
/// The content is what follows the header: the records, or all of an identifier chunk. The readable tail behind records
/// is zero and not part of it. LMDB puts a large value 16 bytes into its first page, so that records start 64 bytes into
/// a page.
package struct ChunkHeader: Equatable, Sendable {
    /// The length of a header, in bytes.
    package static let encodedBytes = 48
    /// The version of the layout.
    package static let currentVersion: UInt16 = 1

    package var kind: ChunkKind
    package var collection: UInt32
    package var chunk: UInt32
    package var stride: UInt32
    package var records: UInt32
    package var checksum: UInt32 = 0

    private static let checksumOffset = 20

    init(kind: ChunkKind, collection: UInt32, chunk: UInt32, stride: UInt32, records: UInt32) {
        self.kind = kind
        self.collection = collection
        self.chunk = chunk
        self.stride = stride
        self.records = records
    }

    /// Reads the header of a chunk, or says what is wrong with it.
    init(decoding value: UnsafeRawBufferPointer) throws(ChunkFlaw) {
        guard value.count >= ChunkHeader.encodedBytes, let bytes = value.baseAddress else {
            throw ChunkFlaw("\(value.count) bytes are too few for a header")
        }
        let rawKind = bytes.littleEndian(at: 0, as: UInt16.self)
        guard let kind = ChunkKind(rawValue: rawKind) else { throw ChunkFlaw("kind \(rawKind) is unknown") }
        let version = bytes.littleEndian(at: 2, as: UInt16.self)
        guard version == ChunkHeader.currentVersion else { throw ChunkFlaw("layout version \(version) is unknown") }
        self.kind = kind
        collection = bytes.littleEndian(at: 4, as: UInt32.self)
        chunk = bytes.littleEndian(at: 8, as: UInt32.self)
        stride = bytes.littleEndian(at: 12, as: UInt32.self)
        records = bytes.littleEndian(at: 16, as: UInt32.self)
        checksum = bytes.littleEndian(at: ChunkHeader.checksumOffset, as: UInt32.self)
    }

    /// Compares the header with where it was found.
    func expect(kind: ChunkKind, collection: UInt32, chunk: UInt32, stride: UInt32) throws(ChunkFlaw) {
        if self.kind != kind { throw ChunkFlaw("its kind is \(self.kind) and not \(kind)") }
        if self.collection != collection { throw ChunkFlaw("it belongs to collection \(self.collection)") }
        if self.chunk != chunk { throw ChunkFlaw("it says that it is chunk \(self.chunk)") }
        if self.stride != stride { throw ChunkFlaw("its stride is \(self.stride) and not \(stride)") }
    }

    /// Writes the header over the first bytes of `value`, with the checksum of it and of `contentBytes` bytes behind it.
    ///
    /// `value` has room for both.
    func seal(_ value: UnsafeMutableRawBufferPointer, contentBytes: Int) {
        guard let bytes = value.baseAddress else { return }
        value.prefix(ChunkHeader.encodedBytes).initializeMemory(as: UInt8.self, repeating: 0)
        bytes.storeLittleEndian(kind.rawValue, at: 0)
        bytes.storeLittleEndian(ChunkHeader.currentVersion, at: 2)
        bytes.storeLittleEndian(collection, at: 4)
        bytes.storeLittleEndian(chunk, at: 8)
        bytes.storeLittleEndian(stride, at: 12)
        bytes.storeLittleEndian(records, at: 16)
        let sealed = UnsafeRawBufferPointer(rebasing: value.prefix(ChunkHeader.encodedBytes + contentBytes))
        bytes.storeLittleEndian(Checksum.crc32(sealed), at: ChunkHeader.checksumOffset)
    }

    /// The checksum that the header of `value` should hold, over `contentBytes` bytes behind it.
    static func checksum(of value: UnsafeRawBufferPointer, contentBytes: Int) -> UInt32 {
        var header = [UInt8](value.prefix(encodedBytes))
        header.replaceSubrange(checksumOffset..<checksumOffset + 4, with: [0, 0, 0, 0])
        let content = UnsafeRawBufferPointer(rebasing: value.dropFirst(encodedBytes).prefix(contentBytes))
        return Checksum.crc32(content, after: header.withUnsafeBytes { Checksum.crc32($0) })
    }
}

/// What is wrong with a chunk, without the place, which the one who catches it knows.
struct ChunkFlaw: Error {
    let what: String

    init(_ what: String) {
        self.what = what
    }

    /// The error for a chunk of `table`.
    func error(table: Table, collection: UInt32, chunk: UInt32) -> StorageError {
        .corrupted(what: what, location: "table \(table), collection \(collection), chunk \(chunk)")
    }
}
