// Loci, Apache License 2.0.

package import Loci

/// A store of blocks at one moment. It is for the thread that got it, and ends with the call that gave it.
public struct BlockReader {
    let settings: BlockSettings
    let records: BlockRecords
    /// The landmarks; nil while there are none, and within a transaction, where they cannot be searched.
    let landmarks: Loci.Collection?
    /// Tells the bytes of the index that the last commit has.
    let index: (any UnitTable)?

    /// The store as a writer has changed it.
    init(_ writer: BlockWriter) throws {
        (settings, records, index) = (writer.settings, .changing(try writer.records.made()), writer.index)
        landmarks = nil
    }

    /// A store at a moment.
    /// - Throws: `MemoryError.blockStoreNotFound`.
    package init(_ name: MemoryNamespace, in view: DatabaseView) throws {
        do {
            records = .committed(try view.recordTable(name.blockTable))
        } catch LociError.recordTableNotFound {
            throw MemoryError.blockStoreNotFound(name: name.description)
        }
        guard let bytes = try records.value(for: BlockKeys.settings) else {
            throw MemoryError.corrupt("the store of blocks \(name) has no settings")
        }
        settings = try BlockSettings(decoding: bytes)
        landmarks = try view.hasCollection(name.landmarkCollection) ? view.collection(name.landmarkCollection) : nil
        index = landmarks
    }

    /// What the store has.
    /// - Complexity: O(blocks).
    public func info() throws -> BlockStore.Info {
        var (streams, landmarks, pinned) = (0, 0, 0)
        try forEachStream { _, _ in streams += 1 }
        try forEachBlock { _, record in
            landmarks += record.landmarks
            pinned += record.isPinned ? 1 : 0
        }
        return BlockStore.Info(
            configuration: settings.configuration, model: settings.model, dimension: settings.dimension,
            streams: streams, blocks: settings.blocks, members: settings.members, landmarks: landmarks,
            bytes: settings.bytes, indexBytes: try index?.committedBytes ?? 0, evicted: settings.evicted,
            pinned: pinned)
    }

    // MARK: Streams

    /// A stream; nil if there is none of the name.
    func stream(_ name: String) throws -> (number: UInt32, record: StreamRecord)? {
        guard (1...BlockAdmission.maximumStreamBytes).contains(name.utf8.count),
            let bytes = try records.value(for: BlockKeys.streamName(name))
        else { return nil }
        let number = UInt32(bigEndian: bytes.reversed())
        return (number, try stream(number))
    }

    func stream(_ number: UInt32) throws -> StreamRecord {
        let found = try records.withValue(for: BlockKeys.stream(number)) {
            try StreamRecord(decoding: $0, number: number)
        }
        guard let found else { throw MemoryError.corrupt("stream \(number) has no record") }
        return found
    }

    func forEachStream(_ body: (UInt32, StreamRecord) throws -> Void) throws {
        try records.forEach(prefix: BlockKeys.streams) { key, value in
            let number = BlockKeys.lastNumber(in: key)
            try body(number, try StreamRecord(decoding: value, number: number))
            return true
        }
    }

    /// The names of the streams with the positions that they go to, in the order in which they began.
    /// - Throws: `LociError`, `MemoryError.corrupt`.
    public func streams() throws -> [(name: String, count: UInt64)] {
        var streams: [(name: String, count: UInt64)] = []
        try forEachStream { streams.append(($1.name, $1.next)) }
        return streams
    }

    // MARK: Blocks

    func block(_ number: UInt32) throws -> BlockRecord {
        let found = try records.withValue(for: BlockKeys.block(number)) {
            try BlockRecord(decoding: $0, number: number)
        }
        guard let found else { throw MemoryError.blockNotFound(number) }
        return found
    }

    func forEachBlock(_ body: (UInt32, BlockRecord) throws -> Void) throws {
        try records.forEach(prefix: BlockKeys.blocks) { key, value in
            let number = BlockKeys.lastNumber(in: key)
            try body(number, try BlockRecord(decoding: value, number: number))
            return true
        }
    }

    /// The records of some blocks, in their order.
    /// - Parameter numbers: Of blocks that are there, rising.
    func blocks(_ numbers: [UInt32]) throws -> [BlockRecord] {
        var found: [BlockRecord] = []
        found.reserveCapacity(numbers.count)
        try records.forEachValue(for: numbers.map { BlockKeys.block($0) }) { place, value in
            found.append(try BlockRecord(decoding: value, number: numbers[place]))
        }
        guard found.count == numbers.count else {
            throw MemoryError.corrupt("a block that has landmarks has no record")
        }
        return found
    }

    /// The blocks of a stream that begin from a position on, in their order, until `body` returns false.
    func forEachBlock(
        of stream: UInt32, from position: UInt64 = 0, _ body: (_ block: UInt32) throws -> Bool
    ) throws {
        try records.forEach(
            prefix: BlockKeys.positions(of: stream), from: BlockKeys.position(position, of: stream)
        ) { _, value in
            guard value.byteCount == 4 else { throw MemoryError.corrupt("a place of stream \(stream) cannot be read") }
            return try body(value.number(0, UInt32.self))
        }
    }

    /// The numbers of the blocks of a stream, in their order.
    /// - Throws: `MemoryError.streamNotFound`.
    public func blocks(of stream: String) throws -> [UInt32] {
        guard let (number, _) = try self.stream(stream) else { throw MemoryError.streamNotFound(stream) }
        var blocks: [UInt32] = []
        try forEachBlock(of: number) {
            blocks.append($0)
            return true
        }
        return blocks
    }

    /// What a block is.
    /// - Throws: `MemoryError.blockNotFound`.
    public func stored(_ number: UInt32) throws -> StoredBlock {
        let record = try block(number)
        return StoredBlock(
            number: number, stream: try stream(record.stream).name, positions: record.first..<record.end,
            landmarks: record.landmarks, bytes: record.bytes, isPinned: record.isPinned)
    }

    /// Blocks of a stream that begin at a position or behind it, in their order.
    /// - Throws: `MemoryError.streamNotFound`.
    public func stored(in stream: String, from position: UInt64 = 0, limit: Int = .max) throws -> [StoredBlock] {
        guard let (number, _) = try self.stream(stream) else { throw MemoryError.streamNotFound(stream) }
        var numbers: [UInt32] = []
        guard limit > 0 else { return [] }
        try forEachBlock(of: number, from: position) {
            numbers.append($0)
            return numbers.count < limit
        }
        return try numbers.map { try stored($0) }
    }

    /// The positions of a block in its stream.
    /// - Throws: `MemoryError.blockNotFound`.
    public func positions(of block: UInt32) throws -> Range<UInt64> {
        let record = try self.block(block)
        return record.first..<record.end
    }

    // MARK: Members

    /// The texts of a block's members; none where it has none.
    /// - Throws: `MemoryError.blockNotFound`, `LociError.corrupt`.
    public func texts(of block: UInt32) throws -> [String] {
        let count = try self.block(block).count
        return try records.withValue(for: BlockKeys.texts(of: block)) { try TextList.decoded($0, count: count) } ?? []
    }

    /// The vectors of a block's members, one after the other; none where they are not kept.
    /// - Throws: `MemoryError.blockNotFound`, `LociError.corrupt`.
    public func vectors(of block: UInt32) throws -> [Float] {
        let count = try self.block(block).count
        let form = settings.configuration.memberVectors
        // Those of an unfinished block, which are there to be filled up, would set its members apart from all others.
        guard form != .none else { return [] }
        return try records.withValue(for: BlockKeys.vectors(of: block)) {
            try MemberVectorRecord.decoded($0, form, count: count * settings.dimension)
        } ?? []
    }

    /// Runs `body` with the payload of a block where it lies in the file's map; nil where it has none.
    /// - Parameters:
    ///   - block: The number of the block.
    ///   - isVerified: Whether the checksum is compared, which reads all of it.
    ///   - body: Must not use the reader.
    /// - Throws: `LociError.corrupt`, and what `body` throws.
    public func withPayload<Result>(
        of block: UInt32, isVerified: Bool = true, _ body: (RawSpan) throws -> Result
    ) throws -> Result? {
        try records.withValue(for: BlockKeys.payload(of: block), isVerified: isVerified, body)
    }
}
