// Loci, Apache License 2.0.

/// Converts the elements of a row as they lie in a file; the loops work on raw pointers so that they vectorise.
///
/// The functions are chosen once, when a file is opened. `source` must hold `count` elements of the type, at any
/// alignment, and `target` room for `count` values; both need live only for the call.
enum RowConversion {
    typealias ToFloats =
        @Sendable (_ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Float>, _ count: Int) -> Void

    /// Returns where the first value is that does not fit 32 bits, or nil when all fit.
    typealias ToIntegers =
        @Sendable (_ source: UnsafeRawPointer, _ target: UnsafeMutablePointer<Int32>, _ count: Int) -> Misfit?

    /// A value that does not fit 32 bits.
    struct Misfit: Equatable {
        var column: Int
        var value: String
    }

    /// The conversion to floats, or nil for a type that vectors are not read from.
    ///
    /// Integers above 2^24 round to the nearest float.
    static func toFloats(from type: NumericType, order: ByteOrder) -> ToFloats? {
        let isSwapped = order != .host
        switch type {
        case .uint8:
            return { source, target, count in
                for column in 0..<count {
                    target[column] = Float(source.load(fromByteOffset: column, as: UInt8.self))
                }
            }
        case .int32:
            return { source, target, count in
                for column in 0..<count {
                    target[column] = Float(element(Int32.self, source, column, isSwapped))
                }
            }
        case .float16:
            return { source, target, count in
                for column in 0..<count {
                    target[column] = Float(half: element(UInt16.self, source, column, isSwapped))
                }
            }
        case .float32:
            guard isSwapped else {
                return { source, target, count in
                    UnsafeMutableRawPointer(target).copyMemory(
                        from: source, byteCount: count * MemoryLayout<Float>.size)
                }
            }
            return { source, target, count in
                for column in 0..<count {
                    target[column] = Float(bitPattern: element(UInt32.self, source, column, true))
                }
            }
        case .uint32, .int64, .uint64:
            return nil
        }
    }

    /// The conversion to 32-bit integers, or nil for a type that is not an integer.
    static func toIntegers(from type: NumericType, order: ByteOrder) -> ToIntegers? {
        let isSwapped = order != .host
        switch type {
        case .uint8: return integers(UInt8.self, isSwapped)
        case .int32: return integers(Int32.self, isSwapped)
        case .uint32: return integers(UInt32.self, isSwapped)
        case .int64: return integers(Int64.self, isSwapped)
        case .uint64: return integers(UInt64.self, isSwapped)
        case .float16, .float32: return nil
        }
    }

    private static func integers<Element: FixedWidthInteger & BitwiseCopyable & Sendable>(
        _ type: Element.Type, _ isSwapped: Bool
    ) -> ToIntegers {
        { source, target, count in
            for column in 0..<count {
                let value = element(Element.self, source, column, isSwapped)
                guard let narrow = Int32(exactly: value) else { return Misfit(column: column, value: "\(value)") }
                target[column] = narrow
            }
            return nil
        }
    }

    @inline(__always)
    private static func element<Element: FixedWidthInteger & BitwiseCopyable>(
        _ type: Element.Type, _ source: UnsafeRawPointer, _ column: Int, _ isSwapped: Bool
    ) -> Element {
        let value = source.loadUnaligned(fromByteOffset: column * MemoryLayout<Element>.size, as: Element.self)
        return isSwapped ? value.byteSwapped : value
    }
}

extension Float {
    /// Widens IEEE 754 binary16, given by its bits; every value is exact, and NaN stays NaN.
    ///
    /// Swift's own `Float16` is missing on some Apple machines. The exponent bias differs by 112; multiplying by
    /// 2^112 puts it right for normal and subnormal numbers alike.
    @inlinable
    @inline(__always)
    package init(half: UInt16) {
        let magnitude = UInt32(half & 0x7FFF) << 13
        let sign = UInt32(half & 0x8000) << 16
        let scaled = Float(bitPattern: magnitude) * Float(bitPattern: (112 + 127) << 23)
        let isSpecial = half & 0x7C00 == 0x7C00
        self.init(bitPattern: sign | (isSpecial ? magnitude | 0x7F80_0000 : scaled.bitPattern))
    }
}
