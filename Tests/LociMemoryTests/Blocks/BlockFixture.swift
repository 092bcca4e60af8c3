// Loci, Apache License 2.0.

import Loci
import LociIndex
import LociText
import TestSupport
import Testing

@testable import LociMemory

/// A store of blocks in a folder of its own. Landmarks are kept as floats, so that scores can be compared with plain references.
struct BlockFixture {
    let folder: TemporaryFolder
    let database: Database
    let store: BlockStore

    init(embedder: (any Embedder)? = nil, _ change: (inout BlockConfiguration) -> Void = { _ in }) throws {
        folder = try TemporaryFolder()
        database = try Database.open(folder.database)
        store = try BlockStore(database, name: "test", embedder: embedder, Self.configuration(change))
    }

    static func configuration(_ change: (inout BlockConfiguration) -> Void = { _ in }) -> BlockConfiguration {
        var configuration = BlockConfiguration()
        configuration.collection = CollectionConfiguration(metric: .cosine, quantization: .float32)
        configuration.blockSize = 4
        configuration.language = .none
        change(&configuration)
        return configuration
    }
}

extension BlockStore {
    /// All records of the store, and the rows of its landmarks with their attributes.
    func contents() throws -> (
        records: [[UInt8]: [UInt8]], landmarks: [UInt32: [[Float]]], attributes: [UInt32: String]
    ) {
        var records: [[UInt8]: [UInt8]] = [:]
        var (landmarks, attributes): ([UInt32: [[Float]]], [UInt32: String]) = ([:], [:])
        try read { reader in
            try reader.records.forEach { key, value in
                records[key] = value.withUnsafeBytes { [UInt8]($0) }
                return true
            }
            try reader.landmarks?.forEachRow { id, vectors in
                if let block = id.block { landmarks[block] = vectors }
            }
            for block in landmarks.keys {
                attributes[block] = try reader.landmarks?.attributes(of: VectorID(block: block)).map { "\($0)" }
            }
        }
        return (records, landmarks, attributes)
    }

    /// What contradicts itself in the store: of each block its counts, its parts, its place in the stream and its landmarks, and the other
    /// way round. Only for stores from which nothing was evicted, whose members have texts and vectors.
    func contradictions() throws -> [String] {
        try read { reader in
            var wrong: [String] = []
            func require(_ holds: Bool, _ what: String) { if !holds { wrong.append(what) } }
            let settings = reader.settings
            var (members, bytes, numbers): (Int, Int, [UInt32]) = (0, 0, [])
            try reader.forEachBlock { number, record in
                numbers.append(number)
                members += record.count
                bytes += record.bytes
            }
            require(
                numbers.count == settings.blocks, "\(numbers.count) blocks, and the settings say \(settings.blocks)")
            require(members == settings.members, "\(members) members, and the settings say \(settings.members)")
            require(bytes == settings.bytes, "\(bytes) bytes, and the settings say \(settings.bytes)")
            for number in numbers {
                let record = try reader.block(number)
                require(try reader.texts(of: number).count == record.count, "block \(number) lacks texts")
                require(
                    try reader.vectors(of: number).count == record.count * settings.dimension,
                    "block \(number) lacks vectors")
                let row = try reader.landmarks?.vectors(of: VectorID(block: number))
                require(row?.count == record.landmarks, "block \(number) lacks landmarks")
            }
            var placed: [UInt32] = []
            for (name, count) in try reader.streams() {
                guard let (stream, record) = try reader.stream(name) else { return wrong + ["no stream \(name)"] }
                var next: UInt64 = 0
                for number in try reader.blocks(of: name) {
                    let block = try reader.block(number)
                    require(block.stream == stream, "block \(number) is of stream \(block.stream), not \(stream)")
                    require(block.first == next, "block \(number) begins at \(block.first), not \(next)")
                    next = block.end
                    placed.append(number)
                }
                require(count == next, "stream \(name) goes to \(count), its blocks to \(next)")
                require(record.last == placed.last, "stream \(name) ends with block \(record.last)")
            }
            require(placed.sorted() == numbers, "blocks in streams are not the blocks that there are")
            var rows: [UInt32] = []
            try reader.landmarks?.forEachRow { id, _ in rows.append(id.block ?? 0) }
            require(rows.sorted() == numbers, "landmarks are not those of the blocks that there are")
            return wrong
        }
    }
}

/// Plain arithmetic in float64.
enum Reference {
    static func product(_ left: [Float], _ right: [Float]) -> Double {
        zip(left, right).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }

    static func cosine(_ left: [Float], _ right: [Float]) -> Double {
        product(left, right) / (product(left, left) * product(right, right)).squareRoot()
    }

    static func unit(_ vector: [Float]) -> [Double] {
        let length = product(vector, vector).squareRoot()
        return vector.map { Double($0) / length }
    }

    /// The nearest float16, of two as near the even one.
    static func rounded(toHalf value: Float) -> Float {
        guard value != 0 else { return value }
        let step = Double(sign: .plus, exponent: max(-14, Int(value.exponent)) - 10, significand: 1)
        return Float((Double(value) / step).rounded(.toNearestOrEven) * step)
    }

    /// The number of the bits of a float16 that is finite.
    static func half(_ bits: UInt16) -> Double {
        let (exponent, fraction) = (Int(bits >> 10) & 31, Double(bits & 1023))
        let magnitude =
            exponent == 0
            ? fraction * 0x1p-24 : (1024 + fraction) * Double(sign: .plus, exponent: exponent - 25, significand: 1)
        return bits >> 15 == 0 ? magnitude : -magnitude
    }

    static func standardized(_ scores: [Double]) -> [Double] {
        let mean = scores.reduce(0, +) / Double(scores.count)
        let deviation = (scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(scores.count)).squareRoot()
        return scores.map { ($0 - mean) / (deviation + 1e-9) }
    }

    /// BM25 as its authors have it, of a document's words.
    static func bm25(_ words: [String], _ query: Set<String>, in documents: [[String]]) -> Double {
        let mean = Double(documents.reduce(0) { $0 + $1.count }) / Double(documents.count)
        return query.reduce(0) { sum, term in
            let having = Double(documents.count { $0.contains(term) })
            let frequency = Double(words.count { $0 == term })
            let weight = exactLogarithm(1 + (Double(documents.count) - having + 0.5) / (having + 0.5))
            return sum + weight * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * Double(words.count) / mean))
        }
    }

    private static func exactLogarithm(_ value: Double) -> Double { naturalLogarithm(value) }
}

/// Whether numbers are the same but for rounding.
func isNear(_ left: Double, _ right: Double, _ tolerance: Double = 1e-5) -> Bool {
    abs(left - right) <= tolerance * max(1, abs(left), abs(right))
}

func areNear(_ left: [Double], _ right: [Double], _ tolerance: Double = 1e-5) -> Bool {
    left.count == right.count && zip(left, right).allSatisfy { isNear($0, $1, tolerance) }
}

extension SeededGenerator {
    /// The bits of a float16 of a magnitude from 2^-6 to 2.
    mutating func tameHalf() -> UInt16 {
        let exponent = UInt16(9 + below(7))
        return UInt16(below(2)) << 15 | exponent << 10 | UInt16(below(1024))
    }

    /// Floats that are float16, too.
    mutating func halves(_ count: Int) -> [Float] { (0..<count).map { _ in Float(Reference.half(tameHalf())) } }

    /// A text of words of a small vocabulary, so that texts have some in common.
    mutating func text(words: Int) -> String {
        let syllables = ["ba", "ko", "lu", "mi", "re", "to"]
        return (0..<words).map { _ in "\(syllables[below(6)])\(syllables[below(6)])n" }.joined(separator: " ")
    }

    /// Members with vectors and texts.
    mutating func members(_ count: Int, dimension: Int = 8, words: Int = 5) -> BlockMembers {
        BlockMembers(
            count: count, vectors: halves(count * dimension),
            texts: (0..<count).map { _ in text(words: 1 + below(words)) })
    }
}
