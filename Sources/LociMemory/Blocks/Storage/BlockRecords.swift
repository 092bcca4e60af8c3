// Loci, Apache License 2.0.

import Loci

/// The records of a store of blocks: as a commit has them, or as a transaction has changed them.
enum BlockRecords {
    case committed(RecordTable)
    case changing(WritableRecordTable)

    func value(for key: [UInt8]) throws -> [UInt8]? {
        switch self {
        case .committed(let table): try table.value(for: key)
        case .changing(let table): try table.value(for: key)
        }
    }

    func withValue<Result>(
        for key: [UInt8], isVerified: Bool = true, _ body: (RawSpan) throws -> Result
    ) throws -> Result? {
        switch self {
        case .committed(let table): try table.withValue(for: key, isVerified: isVerified, body)
        case .changing(let table): try table.withValue(for: key, body)
        }
    }

    func forEachValue(for keys: [[UInt8]], _ body: (_ place: Int, _ value: RawSpan) throws -> Void) throws {
        switch self {
        case .committed(let table): try table.forEachValue(for: keys, body)
        case .changing(let table):
            for (place, key) in keys.enumerated() { _ = try table.withValue(for: key) { try body(place, $0) } }
        }
    }

    func forEach(
        prefix: [UInt8] = [], from start: [UInt8]? = nil, _ body: (_ key: [UInt8], _ value: RawSpan) throws -> Bool
    ) throws {
        switch self {
        case .committed(let table): try table.forEach(prefix: prefix, from: start, body)
        case .changing(let table): try table.forEach(prefix: prefix, from: start, body)
        }
    }
}
