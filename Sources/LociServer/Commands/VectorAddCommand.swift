// Loci, Apache License 2.0.

import Loci
import LociProtocol

/// `VADD`: adds an element or replaces its vector, and makes the set with the first one.
enum VectorAddCommand {
    static let command = Command(
        name: "VADD", arity: -5,
        documentation: .init(
            group: "vector_set", summary: "Adds an element to a vector set, or replaces its vector.",
            syntax: "key [REDUCE dim] (FP32 blob | VALUES n f1 … fn) element [CAS] "
                + "[NOQUANT | Q8 | BIN | LVQ4 | LVQ4X4 | LVQ4X8 | FLOAT16] [EF n] [SETATTR json] [M n]"),
        keys: .first, work: .write(add))

    /// What a set is made with when nothing is said.
    static let standardConfiguration = configuration(nil, nil, nil)

    private static func configuration(
        _ quantization: Quantization?, _ connections: Int?, _ window: Int?
    ) -> CollectionConfiguration {
        let degree = GraphConnections.degree(connections ?? GraphConnections.standard)
        var build = BuildParameters(maximumDegree: degree)
        build.window = max(min(window ?? build.window, 10_000), degree)
        return CollectionConfiguration(
            metric: .cosine, quantization: quantization ?? .lvq8, build: build, keepsLengths: true)
    }

    private static func add(
        _ arguments: Arguments, _ keyspace: any WritableKeyspace, _ encoder: inout ReplyEncoder
    ) throws {
        let request = try Request(arguments)
        let attributes = try request.attributes.flatMap { $0.isEmpty ? nil : try AttributesArgument.parse($0) }
        var vector = request.vector.floats(in: arguments)
        let existing = try keyspace.writableCollection(arguments, 1)
        if let existing {
            vector = try request.fitted(vector, to: existing)
        } else if let reduced = request.reducedDimension {
            vector = VectorProjection(inputDimension: vector.count, dimension: reduced).apply(vector)
        }
        let collection = try existing ?? create(arguments, keyspace, request)
        do {
            let wasThere = try collection.upsert(request.id, vector, attributes: attributes)
            if wasThere, request.attributes?.isEmpty == true { try collection.setAttributes(request.id, nil) }
            encoder.boolean(!wasThere)
        } catch {
            // A set that was made for an element which is refused would be an empty one.
            if existing == nil { try keyspace.drop(collection.name) }
            throw error
        }
    }

    private static func create(
        _ arguments: Arguments, _ keyspace: any WritableKeyspace, _ request: Request
    ) throws -> WritableCollection {
        try keyspace.create(
            KeyName.writable(arguments, 1), request.configuration, properties: request.notes(arguments).properties)
    }

    /// What a request asks for.
    private struct Request {
        var reducedDimension: Int?
        let vector: VectorArgument
        let id: VectorID
        /// Nil for the default, which is `lvq8`.
        var quantization: Quantization?
        var window: Int?
        var connections: Int?
        /// An empty text removes those that there are.
        var attributes: [UInt8]?

        init(_ arguments: Arguments) throws(CommandError) {
            var index = 2
            if arguments.isWord(2, "REDUCE"), arguments.count > 4 {
                guard let reduced = arguments.integer(3), reduced > 0 else { throw .vectorSpecification }
                reducedDimension = reduced
                index = 4
            }
            (vector, index) = try VectorArgument.parse(arguments, at: index)
            if let reducedDimension, reducedDimension > vector.dimension(in: arguments) {
                throw .vectorSpecification
            }
            guard index < arguments.count else { throw .arity("VADD") }
            id = VectorID(bytes: arguments[index])
            index += 1
            while index < arguments.count { index = try take(arguments, index) }
        }

        /// - Returns: The place of what follows the option.
        private mutating func take(_ arguments: Arguments, _ index: Int) throws(CommandError) -> Int {
            // All writes are made by one thread: there is no other's change to check for.
            if arguments.isWord(index, "CAS") { return index + 1 }
            if let word = QuantizationWord.parse(arguments, index) {
                quantization = word
                return index + 1
            }
            let value = index + 1
            guard value < arguments.count else { throw CommandError("ERR invalid option after element") }
            if arguments.isWord(index, "EF") {
                window = try arguments.integer(value, in: 1...1_000_000, else: CommandError("ERR invalid EF"))
            } else if arguments.isWord(index, "M") {
                connections = try arguments.integer(
                    value, in: GraphConnections.range, else: CommandError("ERR invalid M"))
            } else if arguments.isWord(index, "SETATTR") {
                attributes = arguments[value]
            } else {
                throw CommandError("ERR invalid option after element")
            }
            return index + 2
        }

        /// What a set is made with that this is the first element of.
        var configuration: CollectionConfiguration {
            VectorAddCommand.configuration(quantization, connections, window)
        }

        /// What is to be noted of such a set.
        func notes(_ arguments: Arguments) -> VectorSetNotes {
            var notes = VectorSetNotes()
            if reducedDimension != nil { notes.inputDimension = vector.dimension(in: arguments) }
            if let connections, connections != GraphConnections.standard { notes.connections = connections }
            notes.namesQuantization = quantization == .float32 || quantization == .binary
            return notes
        }

        /// The vector as a set takes it.
        /// - Throws: `CommandError` for what differs from what the set was made with.
        func fitted(_ vector: [Float], to collection: WritableCollection) throws -> [Float] {
            let notes = VectorSetNotes(collection.properties)
            let existing = collection.configuration
            guard quantization.map({ $0 == existing.quantization }) ?? !notes.namesQuantization else {
                throw CommandError("ERR asked quantization mismatch with existing vector set")
            }
            let isSameDegree = connections.map { connections in
                notes.connections.map { $0 == connections }
                    ?? (GraphConnections.degree(connections) == existing.build.maximumDegree)
            }
            guard isSameDegree ?? (notes.connections == nil) else {
                throw CommandError("ERR asked M value mismatch with existing vector set")
            }
            guard let dimension = collection.dimension else { return vector }
            let mismatch = CommandError(
                "ERR Vector dimension mismatch - got \(vector.count) but set has \(dimension)")
            guard let projection = notes.projection(dimension: dimension) else {
                guard vector.count == dimension else { throw mismatch }
                guard reducedDimension == nil else {
                    throw CommandError("ERR cannot add projection to existing set without projection")
                }
                return vector
            }
            guard reducedDimension == dimension else { throw mismatch }
            guard vector.count == projection.inputDimension else { throw projection.mismatch(vector.count) }
            return projection.apply(vector)
        }
    }
}

/// The words that ask for a quantization.
enum QuantizationWord {
    static func parse(_ arguments: Arguments, _ index: Int) -> Quantization? {
        if arguments.isWord(index, "Q8") || arguments.isWord(index, "LVQ8") { return .lvq8 }
        if arguments.isWord(index, "NOQUANT") || arguments.isWord(index, "FLOAT32") { return .float32 }
        if arguments.isWord(index, "BIN") || arguments.isWord(index, "BINARY") { return .binary }
        if arguments.isWord(index, "LVQ4") { return .lvq4 }
        if arguments.isWord(index, "LVQ4X4") { return .lvq4x4 }
        if arguments.isWord(index, "LVQ4X8") { return .lvq4x8 }
        if arguments.isWord(index, "FLOAT16") { return .float16 }
        return nil
    }
}

/// Redis's `M`, connections of an element, as a degree of ours: its lowest layer has 2 M.
enum GraphConnections {
    static let range = 4...4_096
    static let standard = 16
    /// The highest degree that a graph can have.
    private static let highestDegree = 512

    static func degree(_ connections: Int) -> Int { min(2 * connections, highestDegree) }
    static func connections(ofDegree degree: Int) -> Int { degree / 2 }
}
