// Loci, Apache License 2.0.

import Loci
import LociProtocol

/// `VINFO`: the fields that clients know from Redis, and then what is true of the index here.
enum VectorInfo {
    private enum Value {
        case text(String)
        case integer(Int)
        case double(Double)
    }

    static func write(_ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder) throws {
        guard let collection = try keyspace.collection(arguments, 1) else { return encoder.nullArray() }
        let fields = try fields(of: collection)
        encoder.map(fields.count)
        for (name, value) in fields {
            encoder.simple(name)
            switch value {
            case .text(let text): encoder.simple(text)
            case .integer(let number): encoder.integer(number)
            case .double(let number): encoder.double(number)
            }
        }
    }

    private static func fields(of collection: any CollectionReader) throws -> [(String, Value)] {
        let configuration = try collection.configuration
        let dimension = try collection.dimension ?? 0
        let notes = VectorSetNotes(try collection.properties)
        // Bytes and counts of attributes are those of the last commit, within a transaction too.
        let info = try collection.committedInfo
        let degree = configuration.build.maximumDegree
        var fields: [(String, Value)] = [
            ("quant-type", .text(RedisQuantization(configuration.quantization).rawValue)),
            ("hnsw-m", .integer(notes.connections ?? GraphConnections.connections(ofDegree: degree))),
            ("vector-dim", .integer(dimension)),
            ("projection-input-dim", .integer(notes.inputDimension ?? 0)),
            ("size", .integer(try collection.rowCount)),
            ("max-level", .integer(0)),
            ("attributes-count", .integer(info?.attributesCount ?? 0)),
            ("vset-uid", .integer(info?.number ?? 0)),
            ("hnsw-max-node-uid", .integer(max(0, (info?.count ?? 0) + (info?.unusedSlots ?? 0)))),
            ("loci-metric", .text("\(configuration.metric)")),
            ("loci-quantization", .text("\(configuration.quantization)")),
            ("loci-degree", .integer(degree)),
            ("loci-build-window", .integer(configuration.build.window)),
            ("loci-index", .text(info?.hasGraph == true ? "graph" : "scan")),
            ("loci-window", .integer(info?.window ?? SearchOptions.standardWindow)),
        ]
        if let info {
            fields.append(("loci-bytes", .integer(info.bytes.total)))
            fields.append(("loci-unused-slots", .integer(info.unusedSlots)))
            if let tuning = info.tuning { fields.append(("loci-tuned-recall", .double(tuning.recall))) }
        }
        return fields
    }
}
