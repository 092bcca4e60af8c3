// Loci, Apache License 2.0.

/// A field of a collection's attributes that has an index, as it is stored in the table `fields` under its path as an identifier
/// key, little-endian:
///
///     offset size
///          0    1  version: 1
///          1    1  kind of the index: 1 keyword, 2 number, 3 time, 4 text
///          2    2  number of the field in the collection, 1 to 65,535
///          4    4  rows that have the field
///          8    4  documents: rows whose field has words; of kind 4 alone, else 0
///         12    8  words of all documents together; of kind 4 alone, else 0
///         20    4  how words are made of texts; of kind 4 alone, else 0
///         24    4  CRC-32 of the collection number (u32), the path, and the bytes before this
///
/// What the kinds and the ways to make words mean is for the layer above to tell. Number 0 in the table `postings` is no field, but
/// all that have attributes.
package struct FieldRecord: Equatable, Sendable {
    /// The length of the record, in bytes.
    package static let encodedBytes = 28
    /// The longest path, in bytes.
    package static let maximumPathBytes = 255
    /// The bytes that say how words are made.
    package static let analysisBytes = 4
    private static let version: UInt8 = 1

    package let path: [UInt8]
    package let kind: UInt8
    package let number: UInt16
    package var rows: UInt32
    package var documents: UInt32
    package var words: UInt64
    /// Four bytes.
    package let analysis: [UInt8]

    /// A field without rows.
    /// - Parameter analysis: Four bytes, or none for zeros.
    package init(path: [UInt8], kind: UInt8, number: UInt16, analysis: [UInt8] = []) {
        self.path = path
        self.kind = kind
        self.number = number
        self.analysis = Array((analysis + [0, 0, 0, 0]).prefix(Self.analysisBytes))
        (rows, documents, words) = (0, 0, 0)
    }

    package func encoded(collection: UInt32) -> [UInt8] {
        var bytes: [UInt8] = [Self.version, kind]
        bytes.appendLittleEndian(number)
        bytes.appendLittleEndian(rows)
        bytes.appendLittleEndian(documents)
        bytes.appendLittleEndian(words)
        bytes += analysis
        let checksum = Self.checksum(bytes.span.bytes, path: path, collection: collection)
        bytes.appendLittleEndian(checksum)
        return bytes
    }

    /// - Throws: ``StorageError/corrupted(what:location:)``.
    package init(decoding value: RawSpan, path: [UInt8], collection: UInt32) throws(StorageError) {
        func fault(_ what: String) -> StorageError {
            .corrupted(
                what: what,
                location: "table fields, \"\(String(decoding: path, as: UTF8.self))\" of collection \(collection)")
        }
        guard value.byteCount == Self.encodedBytes else { throw fault("the record has \(value.byteCount) bytes") }
        let body = value.extracting(first: Self.encodedBytes - 4)
        guard
            Self.checksum(body, path: path, collection: collection)
                == value.littleEndian(at: Self.encodedBytes - 4, as: UInt32.self)
        else {
            throw fault("its checksum is wrong")
        }
        let version: UInt8 = value.littleEndian(at: 0)
        guard version == Self.version else { throw fault("its version is \(version)") }
        self.path = path
        kind = value.littleEndian(at: 1)
        number = value.littleEndian(at: 2)
        rows = value.littleEndian(at: 4)
        documents = value.littleEndian(at: 8)
        words = value.littleEndian(at: 12)
        analysis = value.extracting(20..<20 + Self.analysisBytes).copied
        guard number > 0, (1...Self.maximumPathBytes).contains(path.count) else {
            throw fault("its number is \(number), its path has \(path.count) bytes")
        }
    }

    private static func checksum(_ body: RawSpan, path: [UInt8], collection: UInt32) -> UInt32 {
        var place: [UInt8] = []
        place.appendLittleEndian(collection)
        place += path
        let first = place.withUnsafeBytes { Checksum.crc32($0) }
        return body.withUnsafeBytes { Checksum.crc32($0, after: first) }
    }
}

extension StorageTransaction where Self: ~Copyable {
    /// The fields of a collection that have an index, in the order of their paths.
    ///
    /// - Parameter fault: gets what is wrong with a record, in place of the list.
    package func fields(
        of collection: UInt32, fault: (StorageError) throws -> Void = { throw $0 }
    ) throws -> [FieldRecord] {
        var fields: [FieldRecord] = []
        try forEach(in: .fields, prefix: Key(collection: collection)) { key, value in
            let path = [UInt8](key.copied.dropFirst(4))
            do throws(StorageError) {
                fields.append(try FieldRecord(decoding: value, path: path, collection: collection))
            } catch {
                try fault(error)
            }
            return true
        }
        return fields
    }
}

extension WriteTransaction {
    /// Stores the record of a field.
    package func put(_ field: FieldRecord, of collection: UInt32) throws(StorageError) {
        try put(
            field.encoded(collection: collection), for: Key(collection: collection, identifier: field.path), in: .fields
        )
    }

    /// Deletes the record of a field.
    package func deleteField(path: [UInt8], of collection: UInt32) throws(StorageError) {
        try delete(Key(collection: collection, identifier: path), in: .fields)
    }
}
