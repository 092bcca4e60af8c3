// Loci, Apache License 2.0.

import CVectorKernels
import TestSupport

/// A table of entry points, and the scores of its entries by the definition in vector_kernels.h.
struct EntryTable {
    struct Entry {
        var bias: Float
        var codes: [UInt8]
    }

    static let lanes = Int(VK_ENTRY_LANES)

    /// Each of `lanes` entries, of 8 codes a line.
    var groups: [[Entry]]

    /// The groups as bytes: a line of biases, then the lines of codes.
    var bytes: [UInt8] {
        groups.flatMap { group -> [UInt8] in
            var result: [UInt8] = []
            for entry in group {
                withUnsafeBytes(of: entry.bias.bitPattern.littleEndian) { result.append(contentsOf: $0) }
            }
            for line in 0..<group[0].codes.count / 8 {
                for entry in group {
                    for b in 0..<4 { result.append(entry.codes[8 * line + b] | entry.codes[8 * line + 4 + b] << 4) }
                }
            }
            return result
        }
    }

    /// The least score of each lane, and its first group.
    func minima(_ query: EntryQuery) -> EntryMinima {
        var result = EntryMinima(scores: [], groups: [])
        for lane in 0..<Self.lanes {
            let scores = groups.map { query.score($0[lane]) }
            let least = scores.indices.reduce(0) { scores[$1] < scores[$0] ? $1 : $0 }
            result.scores.append(scores[least].bitPattern)
            result.groups.append(UInt32(least))
        }
        return result
    }
}

/// What the kernel gives: for each lane the bits of a score and the number of a group.
struct EntryMinima: Equatable {
    var scores: [UInt32]
    var groups: [UInt32]
}

/// A query against a table of entry points. It lies in memory that ends with it.
struct EntryQuery {
    let values: [Int8]
    let factor: Float
    private let memory: GuardedRows

    init(_ values: [Int8], factor: Float) {
        self.values = values
        self.factor = factor
        memory = GuardedRows([values.map { UInt8(bitPattern: $0) }])
    }

    func score(_ entry: EntryTable.Entry) -> Float {
        let sum = zip(values, entry.codes).reduce(0) { $0 + Int($1.0) * Int($1.1) }
        let product: Float = factor * Float(sum)
        return entry.bias + product
    }

    func withArgument(_ work: (UnsafePointer<vk_entry_query>) -> Void) {
        withExtendedLifetime(memory) {
            memory.rows.pointers[0]?.withMemoryRebound(to: Int8.self, capacity: values.count) { values in
                var argument = vk_entry_query(values: values, lines: self.values.count / 8, factor: factor)
                work(&argument)
            }
        }
    }
}
