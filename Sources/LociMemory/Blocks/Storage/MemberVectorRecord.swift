// Loci, Apache License 2.0.

import CVectorKernels

/// Numbers of members as they are stored: f16, rounded to nearest even, or f32, little-endian.
///
/// One of the files of this module with unsafe pointers: they do not leave the calls in which the arrays and spans are borrowed.
enum MemberVectorRecord {
    static func encoded(_ numbers: [Float], _ form: BlockConfiguration.MemberVectors) -> [UInt8] {
        switch form {
        case .none: return []
        case .float32:
            return [UInt8](unsafeUninitializedCapacity: 4 * numbers.count) { bytes, count in
                for (index, number) in numbers.enumerated() {
                    UnsafeMutableRawBufferPointer(bytes).storeBytes(
                        of: number.bitPattern.littleEndian, toByteOffset: 4 * index, as: UInt32.self)
                }
                count = 4 * numbers.count
            }
        case .float16:
            let halves = [UInt16](unsafeUninitializedCapacity: numbers.count) { halves, count in
                numbers.withUnsafeBufferPointer { numbers in
                    if let from = numbers.baseAddress, let to = halves.baseAddress {
                        vk_active().pointee.narrow_float32(from, numbers.count, to)
                    }
                }
                count = numbers.count
            }
            return halves.withUnsafeBytes { Array($0) }
        }
    }

    /// - Throws: `MemoryError.corrupt`.
    static func decoded(
        _ value: RawSpan, _ form: BlockConfiguration.MemberVectors, count: Int
    ) throws(MemoryError) -> [Float] {
        guard value.byteCount == form.bytes * count else {
            throw .corrupt(
                "the vectors of a block have \(value.byteCount) bytes, and \(count) numbers take \(form.bytes * count)")
        }
        return value.withUnsafeBytes { bytes in
            [Float](unsafeUninitializedCapacity: count) { numbers, filled in
                if form == .float32 {
                    for index in 0..<count {
                        numbers[index] = Float(
                            bitPattern: UInt32(
                                littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * index, as: UInt32.self)))
                    }
                } else if form == .float16, let to = numbers.baseAddress {
                    // Copied, since what lies in the map is aligned to nothing.
                    let halves = [UInt16](unsafeUninitializedCapacity: count) { halves, filled in
                        UnsafeMutableRawBufferPointer(halves).copyMemory(from: bytes)
                        filled = count
                    }
                    halves.withUnsafeBufferPointer {
                        if let from = $0.baseAddress { vk_active().pointee.widen_float16(from, count, to) }
                    }
                }
                filled = form == .none ? 0 : count
            }
        }
    }
}
