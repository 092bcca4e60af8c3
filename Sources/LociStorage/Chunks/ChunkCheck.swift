// Loci, Apache License 2.0.

/// A chunk that a check found wrong.
package struct ChunkFault: Equatable, Sendable, CustomStringConvertible {
    /// The table of the chunk.
    package let table: Table
    /// The collection that the chunk's key belongs to.
    package let collection: UInt32
    /// The index of the chunk.
    package let chunk: UInt32
    /// What is wrong.
    package let what: String

    /// The fault in one line.
    package var description: String {
        "table \(table), collection \(collection), chunk \(chunk): \(what)"
    }
}

extension StorageTransaction where Self: ~Copyable {
    /// Reads every chunk of a collection, or of all, and reports those that are missing, misplaced or changed.
    ///
    /// Identifier chunks need not be stored: how many should be, their table's ``IdentifierTable`` is told.
    ///
    /// - Parameters:
    ///   - collection: the collection's number; nil for all that the tables hold, hidden ones too.
    ///   - report: gets each fault.
    /// - Returns: the number of chunks that were read.
    /// - Complexity: O(bytes of the chunks).
    @discardableResult
    package func verifyChecksums(of collection: UInt32? = nil, report: (ChunkFault) throws -> Void) throws -> Int {
        var checked = 0
        for table in Table.allCases {
            guard let kind = ChunkKind(table: table) else { continue }
            var check = ChunkCheck(table: table, kind: kind)
            try withCursor(over: table) { cursor in
                var isPositioned = try collection.map { try cursor.seek(Key(collection: $0)) } ?? cursor.first()
                while isPositioned {
                    let isInside = try cursor.withCurrent { key, value in
                        if let collection, Key.number(in: key) != collection { return false }
                        try check.visit(key: key, value: value, report: report)
                        checked += 1
                        return true
                    }
                    guard isInside == true else { return }
                    isPositioned = try cursor.next()
                }
            }
        }
        return checked
    }
}

/// The state of a check of one table: what the chunk before said.
private struct ChunkCheck {
    let table: Table
    let kind: ChunkKind
    // The header is nil for a chunk that was found wrong: the next one is not compared with it.
    private var previous: (collection: UInt32, chunk: UInt32, header: ChunkHeader?)?
    private var recordsOfFirst: UInt32 = 0

    init(table: Table, kind: ChunkKind) {
        self.table = table
        self.kind = kind
    }

    mutating func visit(key: RawSpan, value: RawSpan, report: (ChunkFault) throws -> Void) throws {
        guard let collection = Key.number(in: key), let chunk = Key.chunkIndex(in: key, ofCollection: collection) else {
            try report(
                ChunkFault(
                    table: table, collection: Key.number(in: key) ?? 0, chunk: 0,
                    what: "a key has \(key.byteCount) bytes and not 8"))
            return
        }
        let last = previous?.collection == collection ? previous : nil
        let expected = last.map { $0.chunk &+ 1 } ?? 0
        if chunk != expected, kind != .identifiers {
            let what = "it is missing, and chunk \(chunk) is there"
            try report(ChunkFault(table: table, collection: collection, chunk: expected, what: what))
        }
        do throws(ChunkFlaw) {
            let header = try value.withUnsafeBytes { (bytes) throws(ChunkFlaw) in
                try check(bytes, collection: collection, chunk: chunk, last: last?.header)
            }
            if last?.header == nil { recordsOfFirst = header.records }
            previous = (collection, chunk, header)
        } catch {
            previous = (collection, chunk, nil)
            try report(ChunkFault(table: table, collection: collection, chunk: chunk, what: error.what))
        }
    }

    private func check(
        _ bytes: UnsafeRawBufferPointer, collection: UInt32, chunk: UInt32, last: ChunkHeader?
    ) throws(ChunkFlaw) -> ChunkHeader {
        if kind == .identifiers {
            try IdentifierLayout(bytes, collection: collection, chunk: chunk).checkContent()
        }
        let header = try ChunkHeader(decoding: bytes)
        try header.expect(kind: kind, collection: collection, chunk: chunk, stride: last?.stride ?? header.stride)
        if let last {
            let full = kind == .identifiers ? UInt32(IdentifierChunk.slotsPerChunk) : recordsOfFirst
            if last.records != full { throw ChunkFlaw("the chunk before it is not full") }
            if header.records > full { throw ChunkFlaw("it has more records than the chunk before it") }
        }
        if header.records == 0 { throw ChunkFlaw("it has no record") }
        guard kind != .identifiers else { return header }
        let (content, overflow) = Int(header.records).multipliedReportingOverflow(by: Int(header.stride))
        let room = bytes.count - ChunkHeader.encodedBytes
        guard !overflow, header.stride > 0, content <= room, room - content <= ChunkGeometry.maximumReadableTail else {
            throw ChunkFlaw("it has \(room) bytes for \(header.records) records of \(header.stride)")
        }
        guard ChunkHeader.checksum(of: bytes, contentBytes: content) == header.checksum else {
            throw ChunkFlaw("its checksum is wrong")
        }
        return header
    }
}
