// Loci, Apache License 2.0.

import LociFiles

/// The elements of tensors, by raw pointers into the mapped file so that the loops vectorise. No pointer leaves a function. Where
/// elements begin need not be aligned.
extension SafetensorsFile {
    /// The types that `addRow` and `floats` read.
    static let floatTypes: Set<TensorType> = [.float16, .bfloat16, .float32]

    /// Checks that a tensor holds numbers that are read as floats, in so many dimensions, none of them empty.
    ///
    /// - Throws: `tensorType`, `tensorShape`.
    func checkFloats(_ tensor: Tensor, dimensions: Int) throws(TextError) {
        guard Self.floatTypes.contains(tensor.type) else {
            throw .tensorType(
                path: path, tensor: tensor.name, type: tensor.type.rawValue, allowed: "F16, BF16 or F32")
        }
        guard tensor.shape.count == dimensions, !tensor.shape.contains(0) else {
            throw .tensorShape(
                path: path, tensor: tensor.name, shape: tensor.shape,
                expected: "\(dimensions) dimensions, none of them 0")
        }
    }

    /// Adds a row of a matrix, times a factor, to sums.
    ///
    /// - Precondition: The tensor is of this file and of one of `floatTypes`, it has two dimensions, the row is one of its rows,
    ///   and there are as many sums as columns.
    /// - Complexity: O(columns)
    func addRow(_ row: Int, of tensor: Tensor, times factor: Float, to sums: inout [Float]) {
        let columns = tensor.shape[1]
        precondition(row >= 0 && row < tensor.shape[0] && sums.count == columns)
        let size = tensor.type.size
        let start = tensor.range.lowerBound + row * columns * size
        file.withUnsafeBytes { bytes in
            let source = UnsafeRawBufferPointer(rebasing: bytes[start..<start + columns * size])
            sums.withUnsafeMutableBufferPointer { sums in
                switch tensor.type {
                case .float16:
                    for column in 0..<columns { sums[column] += factor * Float(half: Self.load(source, column)) }
                case .bfloat16:
                    for column in 0..<columns {
                        let bits: UInt16 = Self.load(source, column)
                        sums[column] += factor * Float(bitPattern: UInt32(bits) << 16)
                    }
                default:
                    for column in 0..<columns { sums[column] += factor * Float(bitPattern: Self.load(source, column)) }
                }
            }
        }
    }

    /// All elements of a tensor.
    ///
    /// - Throws: `tensorType`, `tensorNotFinite`.
    func floats(_ tensor: Tensor) throws(TextError) -> [Float] {
        let values: [Float]? = file.withUnsafeBytes { bytes in
            let source = UnsafeRawBufferPointer(rebasing: bytes[tensor.range])
            switch tensor.type {
            case .float16: return (0..<tensor.count).map { Float(half: Self.load(source, $0)) }
            case .bfloat16:
                return (0..<tensor.count).map {
                    let bits: UInt16 = Self.load(source, $0)
                    return Float(bitPattern: UInt32(bits) << 16)
                }
            case .float32:
                // Weights of a hundred megabytes are of this type: one copy, and on the rare machines of the other order a swap.
                var values = [Float](repeating: 0, count: tensor.count)
                values.withUnsafeMutableBytes { $0.copyMemory(from: source) }
                return 1.littleEndian == 1 ? values : values.map { Float(bitPattern: $0.bitPattern.byteSwapped) }
            case .float64: return (0..<tensor.count).map { Float(Double(bitPattern: Self.load(source, $0))) }
            default: return nil
            }
        }
        guard let values else {
            throw .tensorType(
                path: path, tensor: tensor.name, type: tensor.type.rawValue, allowed: "F16, BF16, F32 or F64")
        }
        if let index = values.firstIndex(where: { !$0.isFinite }) {
            throw .tensorNotFinite(path: path, tensor: tensor.name, index: index)
        }
        return values
    }

    /// All elements of a tensor of integers.
    ///
    /// - Throws: `tensorType`.
    func integers(_ tensor: Tensor) throws(TextError) -> [Int] {
        let values: [Int]? = file.withUnsafeBytes { bytes in
            let source = UnsafeRawBufferPointer(rebasing: bytes[tensor.range])
            switch tensor.type {
            case .int32:
                return (0..<tensor.count).map {
                    let bits: UInt32 = Self.load(source, $0)
                    return Int(Int32(bitPattern: bits))
                }
            case .int64:
                return (0..<tensor.count).map {
                    let bits: UInt64 = Self.load(source, $0)
                    return Int(truncatingIfNeeded: bits)
                }
            default: return nil
            }
        }
        guard let values else {
            throw .tensorType(path: path, tensor: tensor.name, type: tensor.type.rawValue, allowed: "I32 or I64")
        }
        return values
    }

    @inline(__always)
    private static func load<Bits: FixedWidthInteger & BitwiseCopyable>(
        _ source: UnsafeRawBufferPointer, _ index: Int
    ) -> Bits {
        Bits(littleEndian: source.loadUnaligned(fromByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self))
    }
}
