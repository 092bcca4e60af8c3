// Loci, Apache License 2.0.

import Loci
import LociJSON

/// What is shown of a collection.
struct CollectionReport {
    let info: CollectionInfo

    init(_ info: CollectionInfo) { self.info = info }

    private var build: BuildParameters { info.configuration.build }
    private var alpha: Float { build.alpha ?? BuildParameters.standardAlpha(info.configuration.metric) }

    /// The shape, as in "60,000 × 784".
    var shape: String { "\(Format.count(info.count)) × \(Format.count(info.dimension))" }

    /// How the collection is searched, in a few words.
    var summary: String {
        let index = info.hasGraph ? "graph of degree \(build.maximumDegree)" : "scanned"
        return "\(info.configuration.metric), \(info.quantization), \(index)"
    }

    /// Bytes of a vector, as in "1,021 bytes".
    var bytesPerVector: String { Format.count(Int(info.bytesPerVector.rounded())) + " bytes" }

    /// Names and values for an aligned block.
    var lines: [(String, String)] {
        var lines = [
            ("collection", info.name),
            ("vectors", Format.count(info.count)),
        ]
        if info.rowCount != info.count { lines.append(("rows", Format.count(info.rowCount))) }
        lines += [
            ("dimension", Format.count(info.dimension)),
            ("metric", info.configuration.metric.description),
            ("quantization", info.quantization.description),
            ("originals", info.configuration.originals.description),
        ]
        if info.configuration.keepsLengths { lines.append(("lengths", "kept")) }
        if info.hasGraph {
            lines += [
                ("index", "graph"),
                ("degree", "\(build.maximumDegree)"),
                ("build window", "\(build.window)"),
                ("alpha", "\(alpha)"),
                ("seed", "\(build.seed)"),
                ("search window", searchWindow),
                ("unused slots", unusedSlots),
            ]
        } else {
            lines.append(("index", "none: a collection of this size is scanned"))
        }
        if info.attributesCount > 0 { lines.append(("with attributes", Format.count(info.attributesCount))) }
        if !info.indexes.isEmpty { lines.append(("indexes", indexes)) }
        for index in info.indexes {
            guard let words = words(of: index) else { continue }
            lines.append(("  " + index.path, words))
        }
        lines.append(("size on disk", Format.bytes(info.bytes.total)))
        for (name, bytes) in kinds where bytes > 0 { lines.append(("  " + name, Format.bytes(bytes))) }
        lines.append(("a vector", bytesPerVector))
        return lines
    }

    private var indexes: String {
        info.indexes.map { "\($0.path) (\($0.kindDescription))" }.joined(separator: ", ")
    }

    private func words(of index: FieldIndex) -> String? {
        index.text.map { text in
            "\(Format.count(text.documents)) documents, \(Format.count(text.words)) words, "
                + "\(Format.count(info.terms[index.path] ?? 0)) of them different"
        }
    }

    private var indexMembers: [JSONValue] {
        info.indexes.map { index in
            .object(index.members + (info.terms[index.path].map { [("terms", .integer($0))] } ?? []))
        }
    }

    private var searchWindow: String {
        guard let tuning = info.tuning else { return "\(info.window), not tuned" }
        return "\(info.window), tuned: recall@\(tuning.k) \(Format.decimal(tuning.recall, places: 4))"
    }

    private var unusedSlots: String {
        guard info.unusedSlots > 0 else { return "none" }
        return "\(Format.count(info.unusedSlots)), of which \(Format.count(info.freeSlots)) free; about "
            + Format.bytes(info.unusedBytes)
    }

    /// What the windows reach, as JSON.
    private var tuning: JSONValue {
        guard let tuning = info.tuning else { return .null }
        let curve = tuning.points.map {
            JSONValue.object([("window", .integer($0.window)), ("recall", .number($0.recall, decimals: 6))])
        }
        return .object([
            ("k", .integer(tuning.k)), ("recall", .number(tuning.recall, decimals: 6)), ("curve", .array(curve)),
        ])
    }

    /// Bytes by kind of record.
    var kinds: [(String, Int)] {
        let bytes = info.bytes
        return [
            ("codes", bytes.codes), ("residuals", bytes.residuals), ("sketches", bytes.sketches),
            ("adjacency", bytes.adjacency), ("entries", bytes.entries), ("originals", bytes.originals),
            ("identifiers", bytes.identifiers), ("attributes", bytes.attributes), ("indexes", bytes.indexes),
            ("settings", bytes.settings),
        ]
    }

    /// The members of a JSON object.
    var members: [(String, JSONValue)] {
        [
            ("name", .string(info.name)),
            ("count", .integer(info.count)),
            ("rows", .integer(info.rowCount)),
            ("unused_slots", .integer(info.unusedSlots)),
            ("free_slots", .integer(info.freeSlots)),
            ("with_attributes", .integer(info.attributesCount)),
            ("indexes", .array(indexMembers)),
            ("dimension", .integer(info.dimension)),
            ("metric", .string(info.configuration.metric.description)),
            ("quantization", .string(info.quantization.description)),
            ("originals", .string(info.configuration.originals.description)),
            ("keeps_lengths", .boolean(info.configuration.keepsLengths)),
            ("index", info.hasGraph ? "graph" : "scan"),
            ("degree", .integer(build.maximumDegree)),
            ("build_window", .integer(build.window)),
            ("alpha", .float(alpha)),
            ("seed", Int(exactly: build.seed).map { .integer($0) } ?? .string(String(build.seed))),
            ("search_window", .integer(info.window)),
            ("tuning", tuning),
            ("bytes_on_disk", .integer(info.bytes.total)),
            ("unused_bytes", .integer(info.unusedBytes)),
            ("bytes_per_vector", .number(info.bytesPerVector, decimals: 1)),
            ("bytes", .object(kinds.map { ($0.0, .integer($0.1)) })),
        ]
    }

    /// A JSON object on a line of its own.
    func json(adding others: [(String, JSONValue)] = []) -> String {
        JSONValue.object(members + others).line + "\n"
    }

    /// Names and values, aligned.
    static func block(_ lines: [(String, String)]) -> String {
        let width = lines.map { TextWidth.columns($0.0) }.max() ?? 0
        return lines.map { name, value in
            let padding = String(repeating: " ", count: width - TextWidth.columns(name) + 2)
            return name + padding + TextWidth.printable(value) + "\n"
        }.joined()
    }

    /// Many collections, as a table.
    static func table(_ collections: [CollectionInfo]) -> String {
        var table = TextTable([
            .text("collection"), .number("vectors"), .number("dimension"), .text("metric"), .text("quantization"),
            .text("index"), .number("size"), .number("bytes a vector"),
        ])
        for info in collections {
            table.add([
                info.name, Format.count(info.count), Format.count(info.dimension),
                info.configuration.metric.description, info.quantization.description,
                info.hasGraph ? "graph" : "scan", Format.bytes(info.bytes.total),
                Format.count(Int(info.bytesPerVector.rounded())),
            ])
        }
        return table.rendered()
    }
}
