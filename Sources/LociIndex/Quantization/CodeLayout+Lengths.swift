// Loci, Apache License 2.0.

extension CodeLayout {
    /// Where a record keeps the length of its vector: in what LVQ headers have left, or behind the components.
    var lengthOffset: Int { hasHeader ? 12 : codeBytes }

    /// The length that a vector had before it was brought to length 1; 1 where lengths are not kept.
    package func length(of record: UnsafePointer<UInt8>) -> Float {
        guard keepsLengths else { return 1 }
        let raw = UnsafeRawPointer(record)
        return Float(
            bitPattern: UInt32(littleEndian: raw.loadUnaligned(fromByteOffset: lengthOffset, as: UInt32.self)))
    }

    /// Writes the length of a vector into its record, where lengths are kept.
    func setLength(_ length: Float, of record: UnsafeMutablePointer<UInt8>) {
        guard keepsLengths else { return }
        UnsafeMutableRawPointer(record).storeBytes(
            of: length.bitPattern.littleEndian, toByteOffset: lengthOffset, as: UInt32.self)
    }
}
