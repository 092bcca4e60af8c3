// Loci, Apache License 2.0.

import CVectorKernels

/// Bits as a binary row holds them.
enum BinaryRow {
    /// The row as vector_kernels.h words it. `rest` fills the bits behind the last dimension.
    static func bytes(_ bits: [Bool], rest: Bool) -> [UInt8] {
        stride(from: 0, to: bits.count, by: 8).map { start in
            var byte: UInt8 = 0
            for bit in 0..<8 where start + bit < bits.count ? bits[start + bit] : rest { byte |= 1 << UInt8(bit) }
            return byte
        }
    }
}

/// A query against binary rows. Its bits and its mask lie in memory that ends with them.
struct HammingQuery {
    let bits: [Bool]
    private let memory: GuardedRows

    init(_ bits: [Bool]) {
        self.bits = bits
        let bytes = BinaryRow.bytes(bits, rest: false)
        let padding = [UInt8](repeating: 0, count: (bytes.count + 63) / 64 * 64 - bytes.count)
        let mask = BinaryRow.bytes(bits.map { _ in true }, rest: false) + padding
        memory = GuardedRows([bytes + padding, Array(mask.suffix(64))])
    }

    func withArgument(_ work: (UnsafePointer<vk_hamming_query>) -> Void) {
        withExtendedLifetime(memory) {
            guard let bits = memory.rows.pointers[0], let last = memory.rows.pointers[1] else { return }
            var argument = vk_hamming_query(bits: bits, last: last, dimension: self.bits.count)
            work(&argument)
        }
    }

    /// The bits of the distance of one row, a dimension at a time.
    func distance(_ row: [Bool]) -> UInt32 {
        let differing = zip(bits, row).reduce(0) { $0 + ($1.0 == $1.1 ? 0 : 1) }
        return (Float(2 * differing) / Float(bits.count)).bitPattern
    }
}
