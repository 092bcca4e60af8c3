// Loci, Apache License 2.0.

import Loci
import LociProtocol

/// `LOCI.CREATE` and `LOCI.INDEX`: collections as vector sets cannot be made, and indexes on fields of attributes.
enum CollectionCommands {
    static let all = [
        Command(
            name: "LOCI.CREATE", arity: -2,
            documentation: .init(
                group: "loci", summary: "Makes an empty collection.",
                syntax: "key [METRIC (cosine | l2 | ip)] [QUANTIZATION kind] [DEGREE n] [WINDOW n] [ALPHA a] [SEED n] "
                    + "[ORIGINALS (none | float16 | float32)]"),
            keys: .first, work: .write(create)),
        Command(
            name: "LOCI.INDEX", arity: -3,
            documentation: .init(
                group: "loci", summary: "Makes or drops an index on a field of the attributes.",
                syntax: "key (ADD field (keyword | number | time | text) [LANGUAGE name] | DROP field)"),
            keys: .first, work: .write(index)),
        Command(
            name: "LOCI.INDEXES", arity: 2,
            documentation: .init(group: "loci", summary: "Returns the indexes of a collection.", syntax: "key"),
            keys: .first, work: .slowRead(indexes)),
    ]

    private static func create(
        _ arguments: Arguments, _ keyspace: any WritableKeyspace, _ encoder: inout ReplyEncoder
    ) throws {
        let name = try KeyName.writable(arguments, 1)
        var configuration = CollectionConfiguration(metric: .cosine)
        var index = 2
        while index < arguments.count {
            guard index + 1 < arguments.count else { throw CommandError.syntax }
            try set(&configuration, arguments, index)
            index += 2
        }
        configuration.keepsLengths = configuration.metric == .cosine
        configuration.build.window = max(configuration.build.window, configuration.build.maximumDegree)
        var notes = VectorSetNotes()
        notes.isKept = true
        _ = try keyspace.create(name, configuration, properties: notes.properties)
        encoder.ok()
    }

    private static func set(
        _ configuration: inout CollectionConfiguration, _ arguments: Arguments, _ index: Int
    ) throws(CommandError) {
        let value = arguments.text(index + 1).lowercased()
        func chosen<Choice>(_ choice: Choice?, of names: [String]) throws(CommandError) -> Choice {
            guard let choice else {
                throw CommandError(
                    "ERR invalid \(arguments.text(index)): '\(value)' is none of \(names.joined(separator: ", "))")
            }
            return choice
        }
        if arguments.isWord(index, "METRIC") {
            let metrics = [Metric.cosine, .l2, .ip]
            configuration.metric = try chosen(metrics.first { "\($0)" == value }, of: metrics.map { "\($0)" })
        } else if arguments.isWord(index, "QUANTIZATION") {
            configuration.quantization = try chosen(
                Quantization(name: value), of: Quantization.allCases.map(\.description))
        } else if arguments.isWord(index, "ORIGINALS") {
            configuration.originals = try chosen(Originals(name: value), of: Originals.allCases.map(\.description))
        } else if arguments.isWord(index, "DEGREE") {
            configuration.build.maximumDegree = try number(arguments, index)
        } else if arguments.isWord(index, "WINDOW") {
            configuration.build.window = try number(arguments, index)
        } else if arguments.isWord(index, "SEED") {
            configuration.build.seed = UInt64(try number(arguments, index))
        } else if arguments.isWord(index, "ALPHA") {
            guard let alpha = arguments.double(index + 1) else { throw CommandError("ERR invalid ALPHA") }
            configuration.build.alpha = Float(alpha)
        } else {
            throw CommandError("ERR syntax error in LOCI.CREATE command")
        }
    }

    private static func number(_ arguments: Arguments, _ index: Int) throws(CommandError) -> Int {
        try arguments.integer(
            index + 1, in: 0...Int.max, else: CommandError("ERR invalid \(arguments.text(index).uppercased())"))
    }

    private static func index(
        _ arguments: Arguments, _ keyspace: any WritableKeyspace, _ encoder: inout ReplyEncoder
    ) throws {
        guard let collection = try keyspace.writableCollection(arguments, 1) else { throw CommandError.noKey }
        let syntax = CommandError("ERR syntax error in LOCI.INDEX command")
        if arguments.isWord(2, "DROP"), arguments.count == 4 {
            try collection.dropIndex(arguments.text(3))
        } else if arguments.isWord(2, "ADD"), arguments.count == 5 || arguments.count == 7 {
            guard let kind = FieldKind(rawValue: arguments.text(4).lowercased()) else {
                throw CommandError(
                    "ERR invalid kind of index: \(FieldKind.allCases.map(\.rawValue).joined(separator: ", "))")
            }
            var language = WordLanguage.none
            if arguments.count == 7 {
                guard kind == .text, arguments.isWord(5, "LANGUAGE") else { throw syntax }
                guard let named = WordLanguage(name: arguments.text(6).lowercased()) else {
                    throw CommandError(
                        "ERR invalid LANGUAGE: \(WordLanguage.allCases.map(\.name).joined(separator: ", "))")
                }
                language = named
            }
            if kind == .text {
                try collection.createIndex(arguments.text(3), words: WordAnalysis(language: language))
            } else {
                try collection.createIndex(arguments.text(3), kind)
            }
        } else {
            throw syntax
        }
        encoder.ok()
    }

    private static func indexes(
        _ arguments: Arguments, _ keyspace: any Keyspace, _ encoder: inout ReplyEncoder
    ) throws {
        guard let collection = try keyspace.collection(arguments, 1) else { throw CommandError.noKey }
        let indexes = try collection.indexes
        encoder.array(indexes.count)
        for index in indexes {
            encoder.map(index.text == nil ? 3 : 4)
            encoder.bulk("field")
            encoder.bulk(index.path)
            encoder.bulk("kind")
            encoder.bulk(index.kind.rawValue)
            encoder.bulk("rows")
            encoder.integer(index.rows)
            if let text = index.text {
                encoder.bulk("language")
                encoder.bulk(text.analysis.language.name)
            }
        }
    }
}

extension CommandError {
    static let noKey = CommandError("ERR key does not exist")
}
