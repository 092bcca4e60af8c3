// Loci, Apache License 2.0.

import Loci
import LociAttributes
import LociIndex
import LociWords

/// What a store of blocks says of itself: how it was made, and what it has.
struct BlockSettings: Equatable {
    /// The version of all records of a store.
    static let currentVersion = 1

    let configuration: BlockConfiguration
    /// The model whose vectors it has.
    let model: String
    /// Numbers of a vector; 0 until the first comes.
    var dimension = 0
    var nextBlock: UInt32 = 1
    var nextStream: UInt32 = 1
    /// How many blocks there are, members of them, and bytes.
    var (blocks, members, bytes) = (0, 0, 0)
    /// How many were evicted.
    var evicted = 0
    /// How many uses were noted: openings, and, where what was used least recently goes first, writes.
    var openings: UInt64 = 0

    init(_ configuration: BlockConfiguration, model: String) {
        (self.configuration, self.model) = (configuration, model)
    }

    var encoded: [UInt8] {
        get throws {
            var members: [String: AttributeValue] = [:]
            for (key, number) in [
                ("version", Self.currentVersion), ("dimension", dimension), ("nextBlock", Int(nextBlock)),
                ("nextStream", Int(nextStream)), ("blocks", blocks), ("members", self.members), ("bytes", bytes),
                ("evicted", evicted), ("openings", Int(openings)), ("blockSize", configuration.blockSize),
                ("language", Int(configuration.language.rawValue)),
            ] { members[key] = .number(Double(number)) }
            members["model"] = .string(model)
            members["landmarks"] = .string(configuration.landmarks.name)
            members["memberVectors"] = .string(configuration.memberVectors.rawValue)
            members["metric"] = .string("\(configuration.collection.metric)")
            members["quantization"] = .string("\(configuration.collection.quantization)")
            members["originals"] = .string("\(configuration.collection.originals)")
            members["keepsLengths"] = .bool(configuration.collection.keepsLengths)
            let build = configuration.collection.build
            members["degree"] = .number(Double(build.maximumDegree))
            members["window"] = .number(Double(build.window))
            if let alpha = build.alpha { members["alpha"] = .number(Double(alpha)) }
            // As text: a number of JSON has 53 bits.
            members["seed"] = .string("\(build.seed)")
            if let limit = configuration.byteLimit { members["byteLimit"] = .number(Double(limit)) }
            if case .decayedMass(let share) = configuration.eviction { members["decay"] = .number(share) }
            if case .tensors(let form) = configuration.payload { members["tensors"] = .string(form.name) }
            return try Attributes(members).utf8
        }
    }

    /// - Throws: `MemoryError.corrupt`.
    init(decoding bytes: [UInt8]) throws {
        func unreadable(_ key: String) -> MemoryError { .corrupt("the settings of the store of blocks have no \(key)") }
        guard let attributes = try? Attributes(validating: bytes) else { throw unreadable("object") }
        func number(_ key: String) throws(MemoryError) -> Int {
            guard case .number(let value)? = attributes[key], let exact = Int(exactly: value), exact >= 0 else {
                throw unreadable(key)
            }
            return exact
        }
        func text(_ key: String) throws(MemoryError) -> String {
            guard case .string(let value)? = attributes[key] else { throw unreadable(key) }
            return value
        }
        let version = try number("version")
        guard version == Self.currentVersion else {
            throw MemoryError.corrupt(
                "the store of blocks is of version \(version), and this program knows \(Self.currentVersion); use a newer one"
            )
        }
        var configuration = BlockConfiguration()
        configuration.blockSize = try number("blockSize")
        guard let landmarks = LandmarkPolicy(name: try text("landmarks")) else { throw unreadable("landmarks") }
        guard let vectors = BlockConfiguration.MemberVectors(rawValue: try text("memberVectors")) else {
            throw unreadable("memberVectors")
        }
        guard let metric = Metric(name: try text("metric")),
            let quantization = Quantization(name: try text("quantization"))
        else { throw unreadable("metric and quantization") }
        guard let code = UInt8(exactly: try number("language")), let language = WordLanguage(rawValue: code) else {
            throw unreadable("language")
        }
        (configuration.landmarks, configuration.memberVectors, configuration.language) = (landmarks, vectors, language)
        configuration.collection = CollectionConfiguration(metric: metric, quantization: quantization)
        // Stores of before these were kept have the usual ones.
        if case .string(let name)? = attributes["originals"] {
            guard let originals = Originals(name: name) else { throw unreadable("originals") }
            configuration.collection.originals = originals
        }
        if case .bool(let keeps)? = attributes["keepsLengths"] { configuration.collection.keepsLengths = keeps }
        if attributes["degree"] != nil {
            guard let seed = UInt64(try text("seed")) else { throw unreadable("seed") }
            configuration.collection.build = BuildParameters(
                maximumDegree: try number("degree"), window: try number("window"), seed: seed)
        }
        if case .number(let alpha)? = attributes["alpha"] { configuration.collection.build.alpha = Float(alpha) }
        if case .number(let limit)? = attributes["byteLimit"] { configuration.byteLimit = Int(exactly: limit) ?? .max }
        if case .number(let share)? = attributes["decay"] { configuration.eviction = .decayedMass(share) }
        if case .string(let name)? = attributes["tensors"] {
            guard let form = TensorForm(name: name) else { throw unreadable("tensors") }
            configuration.payload = .tensors(form)
        }
        self.init(configuration, model: try text("model"))
        (dimension, blocks, members) = (try number("dimension"), try number("blocks"), try number("members"))
        (self.bytes, evicted, openings) = (try number("bytes"), try number("evicted"), UInt64(try number("openings")))
        (nextBlock, nextStream) = (
            UInt32(clamping: try number("nextBlock")), UInt32(clamping: try number("nextStream"))
        )
    }
}
