// Loci, Apache License 2.0.

import Loci
import LociText

/// What an append made.
public struct AppendedMembers: Sendable, Equatable {
    /// The stream.
    public let stream: String
    /// The positions of the members in it.
    public let positions: Range<UInt64>
    /// The numbers of the blocks that they are in, of which the first may have been there before.
    public let blocks: [UInt32]
}

extension BlockStore {
    /// The most members that one call takes.
    public static let maximumMembersPerCall = 1_000_000

    /// Appends members to a stream, in one transaction: durable when this returns, or as if never given.
    ///
    /// A block that the last append left unfinished is filled first. What is unfinished is found as other blocks are.
    /// - Parameters:
    ///   - stream: The caller's name of it, 1 to 255 bytes; the first append begins it.
    ///   - members: Up to 1,000,000.
    /// - Throws: `MemoryError.badMembers`, `.otherModel`; `TextError`.
    /// - Complexity: O(members), and adding the landmarks of each block.
    @discardableResult
    public func append(to stream: String, _ members: BlockMembers) async throws -> AppendedMembers {
        let appended = try await append([(stream, members)])
        guard let first = appended.first else { throw MemoryError.corrupt("nothing was appended") }
        return first
    }

    /// Appends members to several streams, all in one transaction; see ``append(to:_:)``.
    @discardableResult
    public func append(_ parts: [(stream: String, members: BlockMembers)]) async throws -> [AppendedMembers] {
        var complete: [(stream: String, members: BlockMembers)] = []
        for (stream, members) in parts { complete.append((stream, try await withVectors(prepare(members)))) }
        return try write { changes in
            let appended = try complete.map { try append($0.members, to: $0.stream, in: changes) }
            try finish(appended.flatMap(\.blocks), in: changes)
            return appended
        }
    }

    /// Replaces all members of some blocks by as many others, in one transaction: the vectors, texts and payload of what stands at
    /// their positions.
    /// - Parameter parts: The number of each block, and as many members as it has.
    /// - Throws: `MemoryError.blockNotFound`, `.badMembers`, `.otherModel`; `TextError`.
    public func replace(_ parts: [(block: UInt32, members: BlockMembers)]) async throws {
        var complete: [(block: UInt32, members: BlockMembers)] = []
        for (block, members) in parts { complete.append((block, try await withVectors(prepare(members)))) }
        try write { changes in
            for (block, members) in complete { try replace(block, by: members, in: changes) }
            try finish(complete.map(\.block), in: changes)
        }
    }

    /// Forgets a stream with all its blocks.
    /// - Returns: How many blocks it had.
    /// - Throws: `MemoryError.streamNotFound`.
    @discardableResult
    public func remove(stream: String) throws -> Int { try write { try $0.remove(stream: stream, of: name) } }

    /// Pins a block, which then is never evicted, or lets it go.
    /// - Throws: `MemoryError.blockNotFound`.
    public func setPinned(_ isPinned: Bool, block: UInt32) throws {
        try write { try $0.setPinned(isPinned, block: block, of: name) }
    }

    /// Forgets the whole store.
    /// - Returns: How many blocks it had.
    /// - Throws: `MemoryError.blockStoreNotFound`.
    @discardableResult
    public func drop() throws -> Int { try write { try $0.drop(name) } }

    // MARK: Within a transaction

    /// Checks members.
    /// - Throws: `MemoryError.badMembers`, `.badUnit`.
    package func prepare(_ members: BlockMembers) throws(MemoryError) -> MemberBatch {
        try BlockAdmission.validate(members)
        guard members.vectors.isEmpty, members.texts.isEmpty || embedder == nil else {
            return MemberBatch(members: members)
        }
        throw .badMembers(
            reason: members.texts.isEmpty
                ? "they have neither vectors nor texts" : "they have no vectors, and the store has no embedder")
    }

    private func withVectors(_ batch: MemberBatch) async throws -> BlockMembers {
        guard let embedder, !batch.texts.isEmpty else { return batch.members }
        return batch.complete(with: try await embedder.checkedVectors(of: batch.texts))
    }

    /// Appends members in a transaction; see ``append(to:_:)``.
    /// - Parameters:
    ///   - batch: The members, which were checked.
    ///   - stream: Where to.
    ///   - vectors: Of the batch's texts, in their order.
    /// - Throws: Why they are refused: nothing was changed then.
    package func append(
        _ batch: MemberBatch, to stream: String, vectors: [[Float]], in changes: BlockTransaction
    ) throws -> AppendedMembers {
        let appended = try append(batch.complete(with: vectors), to: stream, in: changes)
        try finish(appended.blocks, in: changes)
        return appended
    }

    private func append(
        _ members: BlockMembers, to stream: String, in changes: BlockTransaction
    ) throws -> AppendedMembers {
        try changes.change(name, makes: making) { writer in
            try requireModel(of: writer.settings)
            return try writer.plan(appending: members, to: stream)
        } run: {
            try $1.run($0)
        }
    }

    /// Notes that blocks were written, and makes room for them.
    private func finish(_ blocks: [UInt32], in changes: BlockTransaction) throws {
        try changes.change(name, makes: making, prepare: { _ in }) { _, writer in
            try writer.noteWritten(blocks)
            try BlockEviction.run(in: &writer, keeping: Set(blocks))
        }
    }

    /// Replaces the members of a block in a transaction; see ``replace(_:)``.
    /// - Parameters:
    ///   - block: The number of the block.
    ///   - batch: The members, which were checked.
    ///   - vectors: Of the batch's texts, in their order.
    /// - Throws: Why they are refused: nothing was changed then.
    package func replace(
        _ block: UInt32, by batch: MemberBatch, vectors: [[Float]], in changes: BlockTransaction
    ) throws {
        try replace(block, by: batch.complete(with: vectors), in: changes)
        try finish([block], in: changes)
    }

    private func replace(_ block: UInt32, by members: BlockMembers, in changes: BlockTransaction) throws {
        try changes.change(name) { writer in
            try requireModel(of: writer.settings)
            return try writer.plan(replacing: block, by: members)
        } run: {
            try $1.store($0.draft, $0.members)
        }
    }

    /// - Throws: `MemoryError.otherModel` where the store has vectors of another model.
    func requireModel(of settings: BlockSettings) throws(MemoryError) {
        guard let requiredModel, settings.model != requiredModel else { return }
        throw .otherModel(namespace: name.description, model: settings.model, given: requiredModel)
    }
}

/// Members that were checked, and whose vectors are still to be made where they have none.
package struct MemberBatch: Sendable {
    let members: BlockMembers

    /// What vectors are to be made of.
    package var texts: [String] { members.vectors.isEmpty ? members.texts : [] }

    /// The members with the vectors of their texts.
    func complete(with vectors: [[Float]]) -> BlockMembers {
        guard members.vectors.isEmpty else { return members }
        var complete = members
        complete.vectors.reserveCapacity(vectors.reduce(0) { $0 + $1.count })
        for vector in vectors { complete.vectors += vector }
        return complete
    }
}

extension BlockTransaction {
    /// Forgets a stream with all its blocks.
    /// - Returns: How many blocks it had.
    /// - Throws: `MemoryError.blockStoreNotFound`, `.streamNotFound`.
    package func remove(stream: String, of store: MemoryNamespace) throws -> Int {
        try change(store) { writer in
            guard let number = try writer.number(of: stream) else { throw MemoryError.streamNotFound(stream) }
            return number
        } run: {
            try $1.remove(stream: stream, number: $0)
        }
    }

    /// Pins a block, or lets it go.
    /// - Throws: `MemoryError.blockStoreNotFound`, `.blockNotFound`.
    package func setPinned(_ isPinned: Bool, block: UInt32, of store: MemoryNamespace) throws {
        try change(store) { writer in
            guard let record = try writer.block(block) else { throw MemoryError.blockNotFound(block) }
            return record
        } run: {
            try $1.setPinned(isPinned, block: block, $0)
        }
    }
}

/// What may be appended.
enum BlockAdmission {
    static let maximumStreamBytes = 255
    /// The most bytes of the texts of a block, as JSON has them.
    static let maximumTextBytes = 60_000
    /// The most bytes of the payload of a member.
    static let maximumPayloadBytes = 16 << 20
    /// The most bytes of the payload of a block: what a record can have.
    static let maximumBlockPayloadBytes = Int(UInt32.max)

    /// - Throws: `MemoryError.badMembers` for parts that do not fit to each other.
    static func validate(_ members: BlockMembers) throws(MemoryError) {
        let count = members.count
        guard (1...BlockStore.maximumMembersPerCall).contains(count) else {
            throw .badMembers(reason: "there are \(count); give 1 to \(BlockStore.maximumMembersPerCall) a call")
        }
        for (found, what) in [(members.texts.count, "texts"), (members.attention.count, "attention")] {
            guard found == 0 || found == count else {
                throw .badMembers(reason: "\(what): there are \(found) for \(count) members")
            }
        }
        for (found, what) in [
            (members.vectors.count, "numbers of vectors"), (members.payload.count, "bytes of payload"),
        ] {
            guard found % count == 0 else {
                throw .badMembers(reason: "\(found) \(what) cannot be shared equally by \(count) members")
            }
        }
        guard members.payload.count / count <= maximumPayloadBytes else {
            throw .badMembers(
                reason:
                    "the payload has \(members.payload.count / count) bytes a member, and \(maximumPayloadBytes) is the limit"
            )
        }
        for (index, text) in members.texts.enumerated() { try UnitAdmission.validateText(text, index: index) }
        guard members.attention.allSatisfy({ $0.isFinite && $0 >= 0 }) else {
            throw .badMembers(reason: "attention must be finite and not negative")
        }
    }

    /// - Throws: `MemoryError.badMembers` for vectors that the store cannot have.
    static func validate(_ members: BlockMembers, in settings: BlockSettings) throws(MemoryError) {
        let dimension = members.vectors.count / members.count
        guard dimension > 0, settings.dimension == 0 || settings.dimension == dimension else {
            throw .badMembers(reason: "vectors have \(dimension) numbers, and those of the store \(settings.dimension)")
        }
        for member in 0..<members.count {
            let vector = members.vectors[member * dimension..<(member + 1) * dimension]
            guard vector.allSatisfy(\.isFinite) else {
                throw .badMembers(reason: "the vector of member \(member) has a number that is not finite")
            }
            guard !settings.configuration.isAngular || vector.contains(where: { $0 != 0 }) else {
                throw .badMembers(reason: "the vector of member \(member) is zero, which has no direction")
            }
        }
        if settings.configuration.memberVectors == .float16,
            let large = members.vectors.first(where: { abs($0) > 65_504 })
        {
            throw .badMembers(
                reason: "a vector has the number \(large); float16 holds up to 65,504: keep members as float32")
        }
        if settings.configuration.memberVectors == .float16, settings.configuration.isAngular {
            // What float16 rounds to zero has no direction when its block is filled up.
            for member in 0..<members.count
            where members.vectors[member * dimension..<(member + 1) * dimension].allSatisfy({ abs($0) <= 0x1p-25 }) {
                throw .badMembers(
                    reason: "the vector of member \(member) is zero as float16: keep members as float32, or scale them")
            }
        }
        if case .received = settings.configuration.landmarks, members.attention.isEmpty {
            throw .badMembers(reason: "the store makes landmarks by attention, and none is given")
        }
        if case .tensors(let form) = settings.configuration.payload {
            let bytes = members.payload.count / members.count
            guard bytes == form.memberBytes else {
                throw .badMembers(
                    reason: "the payload has \(bytes) bytes a member, and keys and values of \(form.heads) heads of "
                        + "\(form.dimension) numbers take \(form.memberBytes)")
            }
            // All bits of the exponent are set in what is infinite, and in what is no number.
            guard
                !stride(from: 1, to: members.payload.count, by: 2).contains(where: {
                    members.payload[$0] & 0x7C == 0x7C
                })
            else { throw .badMembers(reason: "the keys and values have a number that is not finite") }
        }
    }

    /// - Throws: `MemoryError.badMembers` for a name that no stream can have.
    static func validate(stream: String) throws(MemoryError) {
        guard (1...maximumStreamBytes).contains(stream.utf8.count) else {
            throw .badMembers(
                reason: "the name of a stream has \(stream.utf8.count) bytes; give 1 to \(maximumStreamBytes)")
        }
        guard !stream.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) else {
            throw .badMembers(reason: "the name of a stream has control characters")
        }
    }
}
