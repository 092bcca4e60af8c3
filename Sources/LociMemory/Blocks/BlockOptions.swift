// Loci, Apache License 2.0.

import Loci
import LociWords

/// Reads what clients, and people, say of a store of blocks by names and numbers in text.
private struct OptionText {
    let name: String
    let text: String

    func refused(_ allowed: String) -> MemoryError {
        .parameter(name: name, value: String(text.prefix(64)), allowed: allowed)
    }

    func value<Value>(_ value: Value?, _ allowed: String) throws(MemoryError) -> Value {
        guard let value else { throw refused(allowed) }
        return value
    }

    func choice<Choice: CaseIterable & RawRepresentable>(
        _: Choice.Type = Choice.self
    ) throws(MemoryError) -> Choice where Choice.RawValue == String {
        try value(Choice(rawValue: text), Self.list(Choice.allCases.map(\.rawValue)))
    }

    func integer(in range: ClosedRange<Int>) throws(MemoryError) -> Int {
        guard let number = Int(text), range.contains(number) else {
            throw refused(
                range.upperBound == .max ? "from \(range.lowerBound) on" : "\(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    func number() throws(MemoryError) -> Double { try value(Double(text), "a number") }

    /// Names as a sentence has them.
    static func list(_ names: [String]) -> String {
        names.count < 2 ? names.joined() : names.dropLast().joined(separator: ", ") + " or " + (names.last ?? "")
    }
}

extension BlockConfiguration {
    /// A part that a text can tell.
    package enum Part: Sendable {
        case blockSize, landmarks, memberVectors, tensors, byteLimit, eviction, metric, quantization, language
    }

    /// Sets a part.
    /// - Parameters:
    ///   - part: Which.
    ///   - text: A number, or a name in lower case.
    ///   - name: What the one who gave it calls it.
    /// - Throws: `MemoryError.parameter`.
    package mutating func set(_ part: Part, to text: String, name: String) throws(MemoryError) {
        let option = OptionText(name: name, text: text)
        switch part {
        case .blockSize: blockSize = try option.integer(in: 1...Self.maximumBlockSize)
        case .landmarks:
            landmarks = try option.value(
                LandmarkPolicy(name: text), "mean, segments:N, received:N, cover:N or given, N up to 64")
        case .memberVectors: memberVectors = try option.choice()
        case .tensors:
            payload = .tensors(
                try option.value(TensorForm(name: text), "heads x numbers : coding, such as 32x128:float16"))
        case .byteLimit: byteLimit = try option.integer(in: 1...Int.max)
        case .eviction:
            eviction = try option.value(
                Eviction(name: text), "lru, or mass:0.1 with a share from 0 up to 1")
        case .metric:
            collection.metric = try option.value(Metric(name: text).flatMap { $0 == .l2 ? nil : $0 }, "cosine or ip")
        case .quantization:
            collection.quantization = try option.value(
                Quantization(name: text), OptionText.list(Quantization.allCases.map(\.description)))
        case .language:
            language = try option.value(
                WordLanguage(name: text), OptionText.list(WordLanguage.allCases.map(\.name)))
        }
    }
}

extension OpeningOptions {
    /// A part that a text can tell.
    package enum Part: Sendable {
        case blocks, members, bytes, sinks, window, lexicalWeight, aggregation, landmarkScore, weighing, scale, reach,
            candidateFactor
    }

    /// Sets a part; see ``BlockConfiguration/set(_:to:name:)``. Whether parts go together, ``validate()`` says.
    /// - Throws: `MemoryError.parameter`.
    package mutating func set(_ part: Part, to text: String, name: String) throws(MemoryError) {
        let option = OptionText(name: name, text: text)
        switch part {
        case .blocks: budget = .blocks(try option.integer(in: 1...100_000))
        case .members: budget = .members(try option.integer(in: 1...10_000_000))
        case .bytes: budget = .bytes(try option.integer(in: 1...Int.max))
        case .sinks: sinks = try option.integer(in: 0...100_000)
        case .window: window = try option.integer(in: 0...100_000)
        case .lexicalWeight: lexicalWeight = try option.number()
        case .aggregation: aggregation = try option.choice()
        case .landmarkScore: landmarkScore = try option.choice()
        case .weighing:
            weighing = try option.value(
                Weighing(name: text, scale: weighing.scale), OptionText.list(Weighing.names))
        case .scale: weighing = weighing.scaled(by: try option.number())
        case .reach: reach = try option.integer(in: 0...1_000)
        case .candidateFactor: candidateFactor = try option.integer(in: 1...1_000)
        }
    }
}

extension OpeningOptions.Weighing {
    package static let names = ["softmax", "stick-breaking"]

    /// A way to weigh by its name; nil for what is none.
    init?(name: String, scale: Double) {
        switch name {
        case "softmax": self = .softmax(scale: scale)
        case "stick-breaking": self = .stickBreaking(scale: scale)
        default: return nil
        }
    }

    /// What scores are multiplied by.
    var scale: Double {
        switch self {
        case .softmax(let scale), .stickBreaking(let scale): scale
        }
    }

    func scaled(by scale: Double) -> Self {
        switch self {
        case .softmax: .softmax(scale: scale)
        case .stickBreaking: .stickBreaking(scale: scale)
        }
    }
}
