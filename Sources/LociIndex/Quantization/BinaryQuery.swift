// Loci, Apache License 2.0.

import CVectorKernels

/// A query's signs, ready for the kernel on binary rows. In memory of its own, which `deallocate` gives back.
struct BinaryQuery {
    /// What the kernel takes; valid until `deallocate`.
    let query: UnsafePointer<vk_hamming_query>
    private let argument: UnsafeMutablePointer<vk_hamming_query>
    private let code: BinaryCode
    /// The bits, zero-padded to a multiple of 64 bytes, and the mask of the last 64.
    private let bits: UnsafeMutablePointer<UInt8>

    private static let blockBytes = 64

    init(dimension: Int) {
        code = BinaryCode(dimension: dimension)
        // A collection without vectors has no dimension yet.
        let padded = max(1, (code.bytes + Self.blockBytes - 1) / Self.blockBytes) * Self.blockBytes
        bits = UnsafeMutableRawPointer.allocate(byteCount: padded + Self.blockBytes, alignment: Self.blockBytes)
            .bindMemory(to: UInt8.self, capacity: padded + Self.blockBytes)
        bits.initialize(repeating: 0, count: padded + Self.blockBytes)
        let last = bits + padded
        for component in (padded - Self.blockBytes) * 8..<dimension {
            last[component / 8 % Self.blockBytes] |= 1 << UInt8(component % 8)
        }
        argument = .allocate(capacity: 1)
        argument.initialize(to: vk_hamming_query(bits: bits, last: last, dimension: dimension))
        query = UnsafePointer(argument)
    }

    func deallocate() {
        UnsafeMutableRawPointer(bits).deallocate()
        argument.deallocate()
    }

    /// Takes the signs of a vector.
    /// - Parameter values: `dimension` floats.
    func prepare(_ values: UnsafePointer<Float>) { code.encode(values, to: bits) }
}
