// Loci, Apache License 2.0.

/// The external identifiers of 512 consecutive slots, in memory.
///
/// As it is stored, little-endian, n being the number of slots:
///
///     offset        size
///          0          48  header, see ``ChunkHeader``: kind identifiers, stride 0, n records
///         48   4·(n + 1)  offsets: identifier s has the bytes offset[s] ..< offset[s + 1]; offset[0] is 0
///     52 + 4n  offset[n]  the bytes of the identifiers
///
/// A slot without an identifier has no bytes: an identifier has 1 to 480. Only the last chunk of a collection has fewer
/// than 512 slots. A chunk need not be stored if the identifier of each of its slots is the slot's ``SlotNumber``.
package struct IdentifierChunk: Equatable, Sendable {
    /// The slots of a full chunk.
    package static let slotsPerChunk = 512

    /// The number of chunks that `count` slots take, those included that need not be stored.
    package static func chunks(forSlots count: Int) -> Int {
        (count + slotsPerChunk - 1) / slotsPerChunk
    }

    /// The end of each slot's bytes.
    private var ends: [UInt32] = []
    private var bytes: [UInt8] = []

    /// A chunk without slots.
    package init() {}

    /// The number of slots.
    package var count: Int {
        ends.count
    }

    /// The identifier of a slot of the chunk; empty if it has none, or if there is no such slot.
    package func identifier(at slot: Int) -> ArraySlice<UInt8> {
        guard ends.indices.contains(slot) else { return [] }
        return bytes[start(of: slot)..<Int(ends[slot])]
    }

    private func start(of slot: Int) -> Int {
        slot == 0 ? 0 : Int(ends[slot - 1])
    }

    /// Gives a slot of the chunk an identifier, or takes it away if empty; slots before it are made as needed.
    ///
    /// - Throws: ``StorageError/recordNumber(_:limit:)`` for a slot outside 0 ..< 512, or
    ///   ``StorageError/keyLength(bytes:limit:)``.
    /// - Complexity: O(bytes of the chunk).
    package mutating func set(_ identifier: some Collection<UInt8>, at slot: Int) throws(StorageError) {
        guard (0..<IdentifierChunk.slotsPerChunk).contains(slot) else {
            throw .recordNumber(UInt64(clamping: slot), limit: UInt64(IdentifierChunk.slotsPerChunk))
        }
        guard identifier.count <= Key.maximumIdentifierBytes else {
            throw .keyLength(bytes: identifier.count, limit: Key.maximumIdentifierBytes)
        }
        while ends.count <= slot { ends.append(UInt32(bytes.count)) }
        let old = start(of: slot)..<Int(ends[slot])
        bytes.replaceSubrange(old, with: identifier)
        for later in slot..<ends.count { ends[later] = UInt32(Int(ends[later]) - old.count + identifier.count) }
    }

    /// Makes so many slots of it, up to 512: new ones have no identifier, and those cut off are gone.
    mutating func resize(to count: Int) throws(StorageError) {
        guard (0...IdentifierChunk.slotsPerChunk).contains(count) else {
            throw .recordNumber(UInt64(clamping: count), limit: UInt64(IdentifierChunk.slotsPerChunk) + 1)
        }
        if count < ends.count {
            bytes.removeLast(bytes.count - start(of: count))
            ends.removeLast(ends.count - count)
        }
        while ends.count < count { ends.append(UInt32(bytes.count)) }
    }

    /// Whether each slot has its own number for an identifier, so that the chunk need not be stored.
    ///
    /// - Parameter first: the number of the chunk's first slot.
    func isNumbered(from first: UInt32) -> Bool {
        ends.indices.allSatisfy { SlotNumber.slot(of: identifier(at: $0)) == first + UInt32($0) }
    }

    /// The chunk of slots `512 * chunk` and following, with the slots' numbers.
    ///
    /// - Parameter count: the number of slots, up to 512.
    init(numbersOf chunk: UInt32, count: Int) {
        let first = chunk * UInt32(IdentifierChunk.slotsPerChunk)
        for slot in 0..<UInt32(count) {
            SlotNumber.append(first + slot, to: &bytes)
            ends.append(UInt32(bytes.count))
        }
    }

    /// A copy of a stored chunk.
    init(_ layout: IdentifierLayout) throws(ChunkFlaw) {
        try layout.checkContent()
        for slot in 0..<layout.count { ends.append(UInt32(try layout.range(at: slot).upperBound)) }
        bytes = [UInt8](layout.bytes)
    }

    /// The chunk of slots `512 * chunk` and following, as it is stored, or with the slots' numbers if it is not.
    ///
    /// - Parameter count: the number of slots, up to 512, of a chunk that is not stored.
    /// - Throws: ``StorageError/corrupted(what:location:)``, also for a wrong checksum.
    package static func load(
        _ transaction: borrowing some StorageTransaction & ~Copyable, collection: UInt32, chunk: UInt32, count: Int
    ) throws(StorageError) -> IdentifierChunk {
        let key = Key(collection: collection, chunk: chunk)
        guard let value = try transaction.unsafeValue(of: key, in: .identifiers) else {
            return IdentifierChunk(numbersOf: chunk, count: count)
        }
        do throws(ChunkFlaw) {
            return try IdentifierChunk(IdentifierLayout(value, collection: collection, chunk: chunk))
        } catch {
            throw error.error(table: .identifiers, collection: collection, chunk: chunk)
        }
    }

    /// Stores the chunk; deletes it if it has no slot.
    package func store(
        in transaction: borrowing WriteTransaction, collection: UInt32, chunk: UInt32
    ) throws(StorageError) {
        let key = Key(collection: collection, chunk: chunk)
        if ends.isEmpty {
            try transaction.delete(key, in: .identifiers)
            return
        }
        var value = [UInt8](repeating: 0, count: ChunkHeader.encodedBytes)
        value.reserveCapacity(value.count + 4 * (ends.count + 1) + bytes.count)
        value.appendLittleEndian(UInt32(0))
        for end in ends { value.appendLittleEndian(end) }
        value.append(contentsOf: bytes)
        let header = ChunkHeader(
            kind: .identifiers, collection: collection, chunk: chunk, stride: 0, records: UInt32(ends.count))
        let contentBytes = value.count - ChunkHeader.encodedBytes
        value.withUnsafeMutableBytes { header.seal($0, contentBytes: contentBytes) }
        try transaction.put(value, for: key, in: .identifiers)
    }
}

/// The parts of a stored identifier chunk; it is valid as long as the memory that it was made from.
struct IdentifierLayout {
    let count: Int
    /// The bytes of all identifiers.
    let bytes: UnsafeRawBufferPointer
    private let value: UnsafeRawBufferPointer
    private let offsets: UnsafeRawPointer
    private let checksum: UInt32

    /// The length of the chunk as it is stored, in bytes.
    var storedBytes: Int {
        value.count
    }

    /// Checks the header, and that the offsets lie within the value and promise all of it.
    init(_ value: UnsafeRawBufferPointer, collection: UInt32, chunk: UInt32) throws(ChunkFlaw) {
        let header = try ChunkHeader(decoding: value)
        try header.expect(kind: .identifiers, collection: collection, chunk: chunk, stride: 0)
        count = Int(header.records)
        guard (1...IdentifierChunk.slotsPerChunk).contains(count) else {
            throw ChunkFlaw("it has \(count) slots of 1 to \(IdentifierChunk.slotsPerChunk)")
        }
        let bytesStart = ChunkHeader.encodedBytes + 4 * (count + 1)
        guard let base = value.baseAddress, value.count >= bytesStart else {
            throw ChunkFlaw("\(value.count) bytes are too few for the offsets of \(count) slots")
        }
        offsets = base + ChunkHeader.encodedBytes
        self.value = value
        bytes = UnsafeRawBufferPointer(rebasing: value[bytesStart...])
        checksum = header.checksum
        let total = offsets.littleEndian(at: 4 * count, as: UInt32.self)
        guard Int(total) == bytes.count else {
            throw ChunkFlaw("its offsets end at \(total) and it has \(bytes.count) bytes of identifiers")
        }
    }

    /// Where the identifier of a slot below ``count`` lies in ``bytes``.
    func range(at slot: Int) throws(ChunkFlaw) -> Range<Int> {
        let start = Int(offsets.littleEndian(at: 4 * slot, as: UInt32.self))
        let end = Int(offsets.littleEndian(at: 4 * slot + 4, as: UInt32.self))
        guard start <= end, end <= bytes.count, end - start <= Key.maximumIdentifierBytes else {
            throw ChunkFlaw("the identifier of its slot \(slot) has the bytes \(start) to \(end) of \(bytes.count)")
        }
        return start..<end
    }

    /// Checks the checksum and all offsets.
    func checkContent() throws(ChunkFlaw) {
        guard ChunkHeader.checksum(of: value, contentBytes: value.count - ChunkHeader.encodedBytes) == checksum else {
            throw ChunkFlaw("its checksum is wrong")
        }
        guard offsets.littleEndian(at: 0, as: UInt32.self) == 0 else { throw ChunkFlaw("its first offset is not 0") }
        for slot in 0..<count { _ = try range(at: slot) }
    }
}
