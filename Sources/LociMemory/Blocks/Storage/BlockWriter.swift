// Loci, Apache License 2.0.

import Loci
import LociAttributes
import LociWords

/// Changes to a store of blocks within one transaction.
///
/// What is not `mutating` only reads, and says what cannot be written; so a transaction that others share can go on when something is
/// refused.
struct BlockWriter {
    private(set) var settings: BlockSettings
    /// What the records say of it; nil for a store that is not made yet.
    private var written: BlockSettings?
    let records: NamespaceRecords
    private let name: MemoryNamespace
    private let transaction: DatabaseTransaction
    private var landmarks: WritableCollection?

    /// Opens a store, or makes it where `makes` says how.
    /// - Throws: `MemoryError.blockStoreNotFound`.
    init(
        _ name: MemoryNamespace, in transaction: DatabaseTransaction, makes: (BlockConfiguration, model: String)?
    ) throws {
        (self.name, self.transaction) = (name, transaction)
        records = try NamespaceRecords(name.blockTable, in: transaction)
        if records.isMade {
            guard let bytes = try records.value(for: BlockKeys.settings) else {
                throw MemoryError.corrupt("the store of blocks \(name) has no settings")
            }
            settings = try BlockSettings(decoding: bytes)
            written = settings
        } else {
            guard let (configuration, model) = makes else {
                throw MemoryError.blockStoreNotFound(name: name.description)
            }
            settings = BlockSettings(configuration, model: model)
        }
        if try transaction.hasCollection(name.landmarkCollection) {
            landmarks = try transaction.collection(name.landmarkCollection)
        }
    }

    private var configuration: BlockConfiguration { settings.configuration }

    /// Tells the bytes of the index that the last commit has.
    var index: (any UnitTable)? { landmarks }

    /// The collection of landmarks, which is made where there is none.
    private mutating func madeLandmarks() throws -> WritableCollection {
        if let landmarks { return landmarks }
        let made = try transaction.createCollection(name.landmarkCollection, configuration.collection)
        let language = try WordAnalyser.usable(configuration.language).language
        try made.createIndex(BlockAttributes.text, words: WordAnalysis(language: language))
        try made.createIndex(BlockAttributes.stream, .number)
        landmarks = made
        return made
    }

    // MARK: Streams

    func number(of stream: String) throws -> UInt32? {
        guard (1...BlockAdmission.maximumStreamBytes).contains(stream.utf8.count),
            let bytes = try records.value(for: BlockKeys.streamName(stream))
        else { return nil }
        return UInt32(bigEndian: bytes.reversed())
    }

    private func stream(_ number: UInt32) throws -> StreamRecord {
        let found = try records.withValue(for: BlockKeys.stream(number)) {
            try StreamRecord(decoding: $0, number: number)
        }
        guard let found else { throw MemoryError.corrupt("stream \(number) has no record") }
        return found
    }

    // MARK: Appending

    /// What is to be written so that members, which have vectors, are appended.
    /// - Throws: `MemoryError.badMembers`; `IndexError` for landmarks that cannot be stored.
    func plan(appending members: BlockMembers, to name: String) throws -> AppendPlan {
        try BlockAdmission.validate(stream: name)
        try BlockAdmission.validate(members, in: settings)
        let members = coded(members)
        var plan = AppendPlan(members, number: settings.nextStream, StreamRecord(name: name))
        if let known = try self.number(of: name) {
            (plan.number, plan.record, plan.isNew) = (known, try stream(known), false)
        } else if plan.number == .max {
            throw MemoryError.corrupt("the store has no numbers of streams left")
        }
        let first = plan.record.next
        var place = 0
        if plan.record.last > 0, let last = try block(plan.record.last), last.count < configuration.blockSize {
            let before = try self.members(of: plan.record.last, last)
            try requireSameParts(before, members)
            place = min(members.count, configuration.blockSize - last.count)
            var whole = before.appending(members.slice(0..<place))
            whole.landmarks = try given(members, 0)
            var record = BlockRecord(stream: last.stream, first: last.first, count: whole.count)
            record.isPinned = last.isPinned
            plan.resumed = (try draft(whole, as: plan.record.last, record, replacing: last), whole)
        }
        var block = settings.nextBlock
        while place < members.count {
            let end = min(members.count, place + configuration.blockSize)
            var part = members.slice(place..<end)
            part.landmarks = try given(members, plan.blocks.count)
            guard block < .max else { throw MemoryError.corrupt("the store has no numbers of blocks left") }
            let record = BlockRecord(stream: plan.number, first: first + UInt64(place), count: part.count)
            plan.begun.append((try draft(part, as: block, record), place..<end))
            (block, place) = (block + 1, end)
        }
        if case .given = configuration.landmarks, members.landmarks.count != plan.blocks.count {
            throw MemoryError.badMembers(
                reason:
                    "landmarks are given for \(members.landmarks.count) blocks, and the members reach into \(plan.blocks.count)"
            )
        }
        return plan
    }

    /// Appends members as it was planned.
    mutating func run(_ plan: AppendPlan) throws -> AppendedMembers {
        var record = plan.record
        let first = record.next
        if settings.dimension == 0 { settings.dimension = plan.members.vectors.count / plan.members.count }
        if plan.isNew {
            settings.nextStream = plan.number + 1
            try records.set(plan.number.bigEndianBytes.reversed(), for: BlockKeys.streamName(record.name))
        }
        if let (draft, members) = plan.resumed { try store(draft, members) }
        for (draft, range) in plan.begun {
            settings.nextBlock = draft.number + 1
            try records.set(
                draft.number.bigEndianBytes.reversed(), for: BlockKeys.position(draft.record.first, of: plan.number))
            try store(draft, plan.members.slice(range))
            settings.blocks += 1
            record.last = draft.number
        }
        record.next = first + UInt64(plan.members.count)
        try records.set(record.encoded, for: BlockKeys.stream(plan.number))
        return AppendedMembers(stream: record.name, positions: first..<record.next, blocks: plan.blocks)
    }

    /// Members with their keys and values coded, as those of blocks are that are filled up.
    private func coded(_ members: BlockMembers) -> BlockMembers {
        guard case .tensors(let form) = configuration.payload else { return members }
        var coded = members
        coded.payload = form.coded(members.payload)
        return coded
    }

    private func given(_ members: BlockMembers, _ place: Int) throws(MemoryError) -> [[[Float]]] {
        guard case .given = configuration.landmarks else { return [] }
        guard place < members.landmarks.count else {
            throw .badMembers(
                reason: "landmarks are given for \(members.landmarks.count) blocks, and the members reach into more")
        }
        return [members.landmarks[place]]
    }

    private func requireSameParts(_ old: BlockMembers, _ new: BlockMembers) throws(MemoryError) {
        if old.texts.isEmpty != new.texts.isEmpty {
            throw .badMembers(
                reason: "texts: the members before in the same block have \(old.texts.isEmpty ? "none" : "some")")
        }
        let (before, now) = (old.payload.count / old.count, new.payload.count / new.count)
        guard before == now else {
            throw .badMembers(
                reason: "the payload has \(now) bytes a member, and that before in the same block \(before)")
        }
    }

    /// What is to be written so that the members of a block are replaced.
    /// - Throws: `MemoryError.blockNotFound`, `.badMembers`; `IndexError` for landmarks that cannot be stored.
    func plan(replacing number: UInt32, by members: BlockMembers) throws -> (draft: BlockDraft, members: BlockMembers) {
        guard let old = try block(number) else { throw MemoryError.blockNotFound(number) }
        guard members.count == old.count else {
            throw MemoryError.badMembers(reason: "there are \(members.count), and block \(number) has \(old.count)")
        }
        try BlockAdmission.validate(members, in: settings)
        if case .given = configuration.landmarks, members.landmarks.count != 1 {
            throw MemoryError.badMembers(
                reason: "landmarks are given for \(members.landmarks.count) blocks, and there is one")
        }
        var complete = coded(members)
        complete.landmarks = try given(members, 0)
        var record = BlockRecord(stream: old.stream, first: old.first, count: members.count)
        record.isPinned = old.isPinned
        return (try draft(complete, as: number, record, replacing: old), complete)
    }

    /// Makes ready what is to be stored of a block, or says why it cannot be.
    private func draft(
        _ members: BlockMembers, as number: UInt32, _ record: BlockRecord, replacing old: BlockRecord? = nil
    ) throws -> BlockDraft {
        let dimension = members.vectors.count / members.count
        let vectors =
            members.landmarks.first
            ?? configuration.landmarks.landmarks(
                of: members.vectors, dimension: dimension, isAngular: configuration.isAngular,
                attention: members.attention)
        guard (1...LandmarkPolicy.maximumCount).contains(vectors.count),
            vectors.allSatisfy({ $0.count == dimension })
        else {
            throw MemoryError.badMembers(
                reason: "a block needs 1 to \(LandmarkPolicy.maximumCount) landmarks of \(dimension) numbers")
        }
        try requireUsable(vectors, of: record)
        for vector in vectors {
            if let landmarks {
                try landmarks.validate(VectorID(block: number), vector)
            } else {
                try configuration.collection.validate(first: vector)
            }
        }
        let bytes = members.texts.isEmpty ? 0 : DerivedText.bytesInJSON(members.texts.joined(separator: "\n"))
        guard bytes <= BlockAdmission.maximumTextBytes else {
            throw MemoryError.badMembers(
                reason:
                    "the texts of a block take \(bytes) bytes, and \(BlockAdmission.maximumTextBytes) is the limit: make "
                    + "blocks of fewer members, or give longer texts as payload")
        }
        guard members.payload.count <= BlockAdmission.maximumBlockPayloadBytes else {
            throw MemoryError.badMembers(
                reason:
                    "the payload of a block has \(members.payload.count) bytes, and \(BlockAdmission.maximumBlockPayloadBytes) "
                    + "is the limit: make blocks of fewer members")
        }
        return BlockDraft(number: number, record: record, old: old, landmarks: vectors)
    }

    /// - Throws: `MemoryError.badMembers` for landmarks that nothing can be compared with, as a caller may give them.
    private func requireUsable(_ landmarks: [[Float]], of block: BlockRecord) throws(MemoryError) {
        for (place, vector) in landmarks.enumerated() {
            func fail(_ reason: String) -> MemoryError {
                .badMembers(reason: "landmark \(place) of the block at position \(block.first) \(reason)")
            }
            guard vector.allSatisfy(\.isFinite) else { throw fail("has a number that is not finite") }
            guard !configuration.isAngular || vector.contains(where: { $0 != 0 }) else {
                throw fail("is zero, which has no direction")
            }
        }
    }

    /// Writes a block that was made ready, with all that belongs to it.
    mutating func store(_ draft: BlockDraft, _ members: BlockMembers) throws {
        let number = draft.number
        var record = draft.record
        if let old = draft.old {
            settings.members -= old.count
            settings.bytes -= old.bytes
        }
        var attributes: [String: AttributeValue] = [BlockAttributes.stream: .number(Double(record.stream))]
        if !members.texts.isEmpty {
            attributes[BlockAttributes.text] = .string(members.texts.joined(separator: "\n"))
        }
        try madeLandmarks().upsert(
            VectorID(block: number), vectors: draft.landmarks, attributes: Attributes(attributes))
        var bytes = 0
        func put(_ value: [UInt8], _ key: [UInt8]) throws {
            if value.isEmpty { _ = try records.remove(key) } else { try records.set(value, for: key) }
            bytes += value.count
        }
        let isFull = members.count == configuration.blockSize
        // What is to be filled up needs its vectors, whatever becomes of them then.
        let form = configuration.memberVectors == .none && !isFull ? .float32 : configuration.memberVectors
        try put(MemberVectorRecord.encoded(members.vectors, form), BlockKeys.vectors(of: number))
        try put(members.texts.isEmpty ? [] : TextList.encoded(members.texts), BlockKeys.texts(of: number))
        try put(arranged(members), BlockKeys.payload(of: number))
        let isByAttention = if case .received = configuration.landmarks { true } else { false }
        try put(
            isByAttention && !isFull ? MemberVectorRecord.encoded(members.attention, .float32) : [],
            BlockKeys.attention(of: number))
        record.landmarks = draft.landmarks.count
        record.payloadBytes =
            if case .tensors(let form) = configuration.payload { form.memberBytes } else {
                members.payload.count / members.count
            }
        record.bytes = bytes
        settings.members += members.count
        settings.bytes += bytes
        try records.set(record.encoded, for: BlockKeys.block(number))
    }

    private func arranged(_ members: BlockMembers) -> [UInt8] {
        guard case .tensors(let form) = configuration.payload else { return members.payload }
        return form.arranged(members.payload, count: members.count)
    }

    // MARK: Reading

    func block(_ number: UInt32) throws -> BlockRecord? {
        try records.withValue(for: BlockKeys.block(number)) { try BlockRecord(decoding: $0, number: number) }
    }

    /// The members of a block that is not full.
    private func members(of number: UInt32, _ record: BlockRecord) throws -> BlockMembers {
        let form = configuration.memberVectors == .none ? .float32 : configuration.memberVectors
        let numbers = record.count * settings.dimension
        var members = BlockMembers(count: record.count)
        members.vectors =
            try records.withValue(for: BlockKeys.vectors(of: number)) {
                try MemberVectorRecord.decoded($0, form, count: numbers)
            } ?? []
        members.texts =
            try records.withValue(for: BlockKeys.texts(of: number)) { try TextList.decoded($0, count: record.count) }
            ?? []
        members.attention =
            try records.withValue(for: BlockKeys.attention(of: number)) {
                try MemberVectorRecord.decoded($0, .float32, count: record.count)
            } ?? []
        members.payload = try records.value(for: BlockKeys.payload(of: number)) ?? []
        let payloadBytes =
            if case .tensors(let form) = configuration.payload { form.storedBytes } else { record.payloadBytes }
        guard members.vectors.count == numbers, members.payload.count == record.count * payloadBytes else {
            throw MemoryError.corrupt("block \(number) lacks vectors or payload")
        }
        if case .tensors(let form) = configuration.payload {
            members.payload = form.unarranged(members.payload, count: record.count)
        }
        return members
    }

    // MARK: Removing

    /// Removes a block; its positions stay empty.
    mutating func remove(block number: UInt32) throws {
        guard let record = try block(number) else { throw MemoryError.blockNotFound(number) }
        _ = try landmarks?.remove(VectorID(block: number))
        for key in BlockKeys.all(of: number) { try records.remove(key) }
        try records.remove(BlockKeys.position(record.first, of: record.stream))
        (settings.blocks, settings.members) = (settings.blocks - 1, settings.members - record.count)
        settings.bytes -= record.bytes
        var stream = try stream(record.stream)
        if stream.last == number {
            stream.last = 0
            try records.set(stream.encoded, for: BlockKeys.stream(record.stream))
        }
    }

    mutating func remove(stream name: String, number: UInt32) throws -> Int {
        var blocks: [UInt32] = []
        try records.forEach(prefix: BlockKeys.positions(of: number)) { _, value in
            blocks.append(value.number(0, UInt32.self))
            return true
        }
        for block in blocks { try remove(block: block) }
        try records.remove(BlockKeys.stream(number))
        try records.remove(BlockKeys.streamName(name))
        return blocks.count
    }

    mutating func evict(block number: UInt32) throws {
        try remove(block: number)
        settings.evicted += 1
    }

    mutating func drop() throws {
        if landmarks != nil { try transaction.drop(name.landmarkCollection) }
        landmarks = nil
        try transaction.dropRecordTable(name.blockTable)
    }

    // MARK: Uses

    mutating func setPinned(_ isPinned: Bool, block number: UInt32, _ old: BlockRecord) throws {
        var record = old
        record.isPinned = isPinned
        try records.set(record.encoded, for: BlockKeys.block(number))
    }

    /// Counts openings. Blocks that are gone since do not matter.
    mutating func note(_ openings: [NotedOpening]) throws {
        // Most openings give blocks that others gave, too: each is written once.
        var usages: [UInt32: BlockUsage?] = [:]
        for opening in openings {
            settings.openings += 1
            for (number, mass) in opening.uses {
                guard let before = try usages[number] ?? usage(of: number) else {
                    usages[number] = .some(nil)
                    continue
                }
                usages[number] = before.used(at: settings.openings, mass: mass, leaving: share)
            }
        }
        for (number, usage) in usages.sorted(by: { $0.key < $1.key }) {
            if let usage { try records.set(usage.encoded, for: BlockKeys.usage(of: number)) }
        }
    }

    /// Counts that blocks were written as a use of them, where it matters which are evicted: what has just come has had no time to be
    /// opened. By attention, it is as if an opening had given each all of it.
    mutating func noteWritten(_ blocks: [UInt32]) throws {
        guard configuration.byteLimit != nil, !blocks.isEmpty else { return }
        // What each opening leaves a share of is not changed by writing.
        if case .leastRecentlyUsed = configuration.eviction { settings.openings += 1 }
        for number in blocks {
            guard let before = try usage(of: number) else { continue }
            let usage = before.used(at: settings.openings, mass: 1, leaving: share)
            try records.set(usage.encoded, for: BlockKeys.usage(of: number))
        }
    }

    /// The share of its attention that a block keeps from one opening to the next.
    private var share: Double { if case .decayedMass(let share) = configuration.eviction { share } else { 0 } }

    /// How a block was used; nil if there is none of the number.
    private func usage(of number: UInt32) throws -> BlockUsage? {
        guard try block(number) != nil else { return nil }
        let known = try records.withValue(for: BlockKeys.usage(of: number)) { try BlockUsage(decoding: $0) }
        return known ?? BlockUsage(opening: 0, mass: 0)
    }

    /// Writes what the store says of itself.
    mutating func finish() throws {
        guard settings != written else { return }
        try records.set(settings.encoded, for: BlockKeys.settings)
        written = settings
    }
}

/// The fields of a block's attributes.
enum BlockAttributes {
    static let text = "text"
    static let stream = "stream"
}
