// Loci, Apache License 2.0.

import Loci
import LociProtocol

/// What can be asked of a vector set and its elements, but for searches.
enum VectorReadCommands {
    static let all = [
        command("VCARD", 2, "Returns the number of elements.", "key", .read(count)),
        command("VDIM", 2, "Returns the number of components of the vectors.", "key", .read(dimension)),
        command("VEMB", -3, "Returns the vector of an element.", "key element [RAW]", .read(vector)),
        command("VINFO", 2, "Returns what a vector set is made of.", "key", .slowRead(VectorInfo.write)),
        command(
            "VLINKS", -3, "Returns the neighbours of an element in the graph.", "key element [WITHSCORES]", .read(links)
        ),
        command("VGETATTR", 3, "Returns the JSON attributes of an element.", "key element", .read(attributes)),
        command("VRANDMEMBER", -2, "Returns elements at random.", "key [count]", .read(randomMembers)),
        command("VISMEMBER", 3, "Tells whether an element is in a vector set.", "key element", .read(isMember)),
        command(
            "VRANGE", -4, "Returns elements in the order of their bytes.", "key start end [count]", .slowRead(range)),
    ]

    private static func command(
        _ name: String, _ arity: Int, _ summary: String, _ syntax: String, _ work: Command.Work
    ) -> Command {
        Command(
            name: name, arity: arity, documentation: .init(group: "vector_set", summary: summary, syntax: syntax),
            keys: .first, work: work)
    }

    private static func count(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        encoder.integer(try keyspace.collection(arguments, 1)?.rowCount ?? 0)
    }

    private static func dimension(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        guard let collection = try keyspace.collection(arguments, 1) else {
            throw CommandError("ERR key does not exist")
        }
        encoder.integer(try collection.dimension ?? 0)
    }

    private static func vector(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        let isRaw = arguments.count > 3
        guard !isRaw || arguments.count == 4 && arguments.isWord(3, "RAW") else {
            throw CommandError("ERR invalid option")
        }
        guard let collection = try keyspace.collection(arguments, 1),
            let vector = try collection.get(VectorID(bytes: arguments[2]))
        else { return encoder.null() }
        let quantization = try collection.configuration.quantization
        if isRaw { return RawVector(vector, quantization).write(to: &encoder) }
        encoder.array(vector.count)
        // Of one bit there are signs alone.
        for component in vector {
            encoder.double(quantization == .binary ? (component > 0 ? 1 : -1) : Double(component))
        }
    }

    private static func links(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        let withScores = arguments.count == 4
        guard arguments.count <= 4, !withScores || arguments.isWord(3, "WITHSCORES") else {
            throw CommandError.arity("VLINKS")
        }
        guard let collection = try keyspace.collection(arguments, 1),
            let links = try collection.links(of: VectorID(bytes: arguments[2]))
        else { return encoder.null() }
        // The graph has one level.
        encoder.array(1)
        let scoring = try collection.scoring
        if withScores { encoder.map(links.count) } else { encoder.array(links.count) }
        for link in links {
            encoder.identifier(link.id)
            if withScores { encoder.double(scoring.score(link.distance)) }
        }
    }

    private static func attributes(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        guard let collection = try keyspace.collection(arguments, 1),
            let attributes = try collection.attributes(of: VectorID(bytes: arguments[2]))
        else { return encoder.null() }
        encoder.bulk(attributes.utf8)
    }

    private static func isMember(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        encoder.boolean(try keyspace.collection(arguments, 1)?.contains(VectorID(bytes: arguments[2])) ?? false)
    }

    private static func randomMembers(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        guard arguments.count <= 3 else { throw CommandError.arity("VRANDMEMBER") }
        var generator = SystemRandomNumberGenerator()
        guard arguments.count == 3 else {
            let member = try keyspace.collection(arguments, 1)?.randomIdentifiers(
                1, repeating: false, using: &generator)
            if let member = member?.first { encoder.identifier(member) } else { encoder.null() }
            return
        }
        guard let count = arguments.integer(2) else { throw CommandError("ERR COUNT value is not an integer") }
        guard let collection = try keyspace.collection(arguments, 1), count != 0 else { return encoder.array(0) }
        guard count >= -Collection.repeatedLimit else {
            throw CommandError("ERR COUNT value is out of range: at least -\(Collection.repeatedLimit)")
        }
        let members = try collection.randomIdentifiers(
            min(count.magnitude > UInt(Int.max) ? Int.max : abs(count), count < 0 ? Int.max : collection.rowCount),
            repeating: count < 0, using: &generator)
        encoder.array(members.count)
        for member in members { encoder.identifier(member) }
    }

    private static func range(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        guard arguments.count <= 5 else { throw CommandError.arity("VRANGE") }
        let lower = try bound(arguments, 2, isStart: true)
        let upper = try bound(arguments, 3, isStart: false)
        var limit = Int.max
        if arguments.count == 5 {
            guard let count = arguments.integer(4) else { throw CommandError("ERR invalid COUNT value") }
            if count >= 0 { limit = count }
        }
        guard let collection = try keyspace.collection(arguments, 1), limit > 0 else { return encoder.array(0) }
        let members = try collection.identifiers(from: lower, to: upper, limit: limit)
        encoder.array(members.count)
        for member in members { encoder.identifier(member) }
    }

    private static func bound(
        _ arguments: Arguments, _ index: Int, isStart: Bool
    ) throws(CommandError) -> IdentifierBound {
        let text = arguments[index]
        let isOther = CommandError("ERR '-' can only be used as first argument, '+' only as second")
        switch (text.first, text.count) {
        case (UInt8(ascii: "-"), 1):
            guard isStart else { throw isOther }
            return .unbounded
        case (UInt8(ascii: "+"), 1):
            guard !isStart else { throw isOther }
            return .unbounded
        case (UInt8(ascii: "["), 2...): return .including(VectorID(bytes: Array(text.dropFirst())))
        case (UInt8(ascii: "("), 2...): return .excluding(VectorID(bytes: Array(text.dropFirst())))
        default: throw CommandError("ERR invalid \(isStart ? "start" : "end") range format")
        }
    }
}
