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
        let complete = try await withVectors(parts)
        return try write(makes: true) { writer in
            try requireModel(of: writer.settings)
            let appended = try complete.map { try writer.append(to: $0.stream, $0.members) }
            try BlockEviction.run(in: &writer)
            return appended
        }
    }

    /// Replaces all members of some blocks by as many others, in one transaction: the vectors, texts and payload of what stands at
    /// their positions.
    /// - Parameter parts: The number of each block, and as many members as it has.
    /// - Throws: `MemoryError.blockNotFound`, `.badMembers`, `.otherModel`; `TextError`.
    public func replace(_ parts: [(block: UInt32, members: BlockMembers)]) async throws {
        let complete = try await withVectors(parts.map { ("", $0.members) })
        try write { writer in
            try requireModel(of: writer.settings)
            for (part, complete) in zip(parts, complete) { try writer.replace(part.block, by: complete.members) }
        }
    }

    /// Forgets a stream with all its blocks.
    /// - Returns: How many blocks it had.
    /// - Throws: `MemoryError.streamNotFound`.
    @discardableResult
    public func remove(stream: String) throws -> Int {
        try write { try $0.remove(stream: stream) }
    }

    /// Pins a block, which then is never evicted, or lets it go.
    /// - Throws: `MemoryError.blockNotFound`.
    public func setPinned(_ isPinned: Bool, block: UInt32) throws {
        try write { try $0.setPinned(isPinned, block: block) }
    }

    /// Forgets the whole store.
    /// - Throws: `MemoryError.blockStoreNotFound`.
    public func drop() throws {
        try database.write { transaction in
            var writer = try BlockWriter(name, in: transaction, makes: nil)
            try writer.drop()
        }
        forgetUses()
    }

    private func withVectors(
        _ parts: [(stream: String, members: BlockMembers)]
    ) async throws -> [(stream: String, members: BlockMembers)] {
        var complete: [(stream: String, members: BlockMembers)] = []
        for (stream, members) in parts {
            try BlockAdmission.validate(members)
            var members = members
            if members.vectors.isEmpty {
                guard !members.texts.isEmpty, let embedder else {
                    throw MemoryError.badMembers(
                        reason: members.texts.isEmpty
                            ? "they have neither vectors nor texts"
                            : "they have no vectors, and the store has no embedder")
                }
                members.vectors.reserveCapacity(members.count * embedder.model.dimension)
                for vector in try await embedder.embed(members.texts) { members.vectors += vector }
            }
            complete.append((stream, members))
        }
        return complete
    }

    /// - Throws: `MemoryError.otherModel` where the store has vectors of another model.
    func requireModel(of settings: BlockSettings) throws(MemoryError) {
        guard settings.model == model else {
            throw .otherModel(namespace: name.description, model: settings.model, given: model)
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
