// Loci, Apache License 2.0.

import Loci
import LociProtocol

/// `VREM` and `VSETATTR`; `VADD` has a file of its own.
enum VectorWriteCommands {
    static let all = [
        VectorAddCommand.command,
        Command(
            name: "VREM", arity: 3,
            documentation: .init(
                group: "vector_set", summary: "Removes an element from a vector set.", syntax: "key element"),
            keys: .first, work: .write(remove)),
        Command(
            name: "VSETATTR", arity: 4,
            documentation: .init(
                group: "vector_set", summary: "Sets or removes the JSON attributes of an element.",
                syntax: "key element json"),
            keys: .first, work: .write(setAttributes)),
    ]

    private static func remove(
        _ arguments: Arguments, _ keyspace: any WritableKeyspace, _ encoder: inout ReplyEncoder
    ) throws {
        guard let collection = try keyspace.writableCollection(arguments, 1) else { return encoder.boolean(false) }
        let wasThere = try collection.remove(VectorID(bytes: arguments[2]))
        if wasThere { try keyspace.dropIfEmpty(collection) }
        encoder.boolean(wasThere)
    }

    private static func setAttributes(
        _ arguments: Arguments, _ keyspace: any WritableKeyspace, _ encoder: inout ReplyEncoder
    ) throws {
        let text = arguments[3]
        guard let collection = try keyspace.writableCollection(arguments, 1) else { return encoder.boolean(false) }
        let id = VectorID(bytes: arguments[2])
        // Of an element that is not there, nothing is said of its attributes.
        guard try collection.contains(id) else { return encoder.boolean(false) }
        let attributes = text.isEmpty ? nil : try AttributesArgument.parse(text)
        encoder.boolean(try collection.setAttributes(id, attributes))
    }
}

/// Attributes as a client gives them.
enum AttributesArgument {
    /// - Throws: `CommandError` for a text that is no JSON object.
    static func parse(_ text: [UInt8]) throws(CommandError) -> Attributes {
        do {
            return try Attributes(validating: text)
        } catch {
            throw CommandError("ERR invalid attributes: \(String("\(error)".prefix { $0 != "\n" }))")
        }
    }
}
