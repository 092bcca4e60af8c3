// Loci, Apache License 2.0.

import Loci
import LociProtocol

/// `LOCI.MADD` and `LOCI.MSIM`: many vectors in one request, as one blob of floats.
enum BatchCommands {
    static let all = [
        Command(
            name: "LOCI.MADD", arity: -6,
            documentation: .init(
                group: "loci", summary: "Adds or replaces many elements, all or none.",
                syntax: "key count FP32 blob element … [SETATTR json …]"),
            keys: .first, work: .write(add)),
        Command(
            name: "LOCI.MSIM", arity: -5,
            documentation: .init(
                group: "loci", summary: "Returns the elements nearest to each of many vectors.",
                syntax: "key count FP32 blob [options of VSIM]"),
            keys: .first, work: .slowRead(search)),
        Command(
            name: "LOCI.MREM", arity: -3,
            documentation: .init(
                group: "loci", summary: "Removes elements, and returns how many there were.", syntax: "key element …"),
            keys: .first, work: .write(remove)),
    ]

    /// The vectors of a request: as many as it says, in a blob.
    private struct Vectors {
        let count: Int
        let dimension: Int
        private let values: [Float]

        /// - Throws: `CommandError.vectorSpecification`.
        init(_ arguments: Arguments) throws(CommandError) {
            guard let count = arguments.integer(2), count > 0, arguments.isWord(3, "FP32") else {
                throw .vectorSpecification
            }
            let values = arguments.with(4) { blob in
                blob.withUnsafeBytes { bytes in
                    bytes.count % 4 == 0
                        ? stride(from: 0, to: bytes.count, by: 4).map {
                            Float(
                                bitPattern: UInt32(
                                    littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self)))
                        } : []
                }
            }
            guard !values.isEmpty, values.count % count == 0 else { throw .vectorSpecification }
            (self.count, self.values, dimension) = (count, values, values.count / count)
        }

        subscript(row: Int) -> [Float] { Array(values[row * dimension..<(row + 1) * dimension]) }

        /// All, as a search of many takes them.
        var source: VectorArray { get throws { try VectorArray(values, dimension: dimension) } }
    }

    private static func add(
        _ arguments: Arguments, _ keyspace: any WritableKeyspace, _ encoder: inout ReplyEncoder
    ) throws {
        let vectors = try Vectors(arguments)
        let count = vectors.count
        let attributesStart = 5 + count + 1
        let hasAttributes = arguments.isWord(5 + count, "SETATTR") && arguments.count == attributesStart + count
        guard arguments.count == 5 + count || hasAttributes else {
            throw CommandError(
                "ERR syntax error in LOCI.MADD command: \(count) elements must follow, and as many texts of attributes after "
                    + "SETATTR")
        }
        // All or none: whatever can be wrong is looked at before anything is changed.
        let attributes = try (0..<count).map { row in
            let text = hasAttributes ? arguments[attributesStart + row] : []
            return text.isEmpty ? nil : try AttributesArgument.parse(text)
        }
        let ids = (0..<count).map { VectorID(bytes: arguments[5 + $0]) }
        let existing = try keyspace.writableCollection(arguments, 1)
        let collection =
            try existing
            ?? keyspace.create(
                KeyName.writable(arguments, 1), VectorAddCommand.standardConfiguration, properties: nil)
        do {
            for row in 0..<count { try collection.validate(ids[row], vectors[row]) }
        } catch {
            if existing == nil { try keyspace.drop(collection.name) }
            throw error
        }
        encoder.array(count)
        for row in 0..<count {
            encoder.boolean(!(try collection.upsert(ids[row], vectors[row], attributes: attributes[row])))
        }
    }

    private static func remove(
        _ arguments: Arguments, _ keyspace: any WritableKeyspace, _ encoder: inout ReplyEncoder
    ) throws {
        guard let collection = try keyspace.writableCollection(arguments, 1) else { return encoder.integer(0) }
        let count = try (2..<arguments.count).count { try collection.remove(VectorID(bytes: arguments[$0])) }
        if count > 0 { try keyspace.dropIfEmpty(collection) }
        encoder.integer(count)
    }

    private static func search(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        let vectors = try Vectors(arguments)
        let options = try VectorSearchOptions(arguments, from: 5, command: "LOCI.MSIM")
        guard let collection = try keyspace.collection(arguments, 1) else {
            encoder.array(vectors.count)
            for _ in 0..<vectors.count { encoder.array(0) }
            return
        }
        let scoring = try collection.scoring
        let results: SearchResults
        if let collection = collection as? Collection {
            results = try collection.search(queries: vectors.source, options.search)
        } else {
            var all = SearchResults()
            for row in 0..<vectors.count {
                var one = SearchResults()
                try collection.search(vectors[row].span.bytes, options.search, into: &one)
                all.append(one)
            }
            results = all
        }
        encoder.array(vectors.count)
        for query in 0..<vectors.count {
            try options.write(results, query: query, scoring: scoring, of: collection, &encoder)
        }
    }
}
