// Loci, Apache License 2.0.

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a benchmark writes for machines: the figures, and what they were taken on. No date, so that two runs can be
/// compared line by line.
struct Report<Settings: Codable, Result: Codable>: Codable {
    let benchmark: String
    let machine: Machine
    let settings: Settings
    let results: [Result]
}

/// Values in files, as JSON with sorted keys.
enum JSONFile {
    static func write(_ value: some Encodable, to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        var data = try encoder.encode(value)
        data.append(UInt8(ascii: "\n"))
        try data.write(to: URL(filePath: path), options: .atomic)
    }

    static func read<Value: Decodable>(_ type: Value.Type, from path: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(contentsOf: URL(filePath: path)))
    }
}
