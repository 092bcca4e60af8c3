// Loci, Apache License 2.0.

// Every number in a value of a Loci file is little-endian, and may lie at any address: small values live inside
// B-tree pages, which align nothing.

extension RawSpan {
    /// The little-endian number at `offset`; the caller has compared the length.
    package func littleEndian<Value: FixedWidthInteger & BitwiseCopyable>(
        at offset: Int, as type: Value.Type = Value.self
    ) -> Value {
        Value(littleEndian: unsafeLoadUnaligned(fromByteOffset: offset, as: type))
    }

    /// A copy of the bytes.
    package var copied: [UInt8] {
        withUnsafeBytes { [UInt8]($0) }
    }
}

extension UnsafeRawPointer {
    /// The little-endian number at `offset`.
    func littleEndian<Value: FixedWidthInteger & BitwiseCopyable>(at offset: Int, as type: Value.Type) -> Value {
        Value(littleEndian: loadUnaligned(fromByteOffset: offset, as: type))
    }
}

extension UnsafeMutableRawPointer {
    /// Stores `value` as a little-endian number at `offset`.
    func storeLittleEndian<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value, at offset: Int) {
        storeBytes(of: value.littleEndian, toByteOffset: offset, as: Value.self)
    }
}

package extension [UInt8] {
    /// Appends `value` as a little-endian number.
    mutating func appendLittleEndian<Value: FixedWidthInteger & BitwiseCopyable>(_ value: Value) {
        Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
    }
}
