// Loci, Apache License 2.0.

/// What is known of all units of a kind together: in a namespace's records under ``NamespaceKeys/statistics(of:)``, little-endian:
///
///     offset size
///          0    8  how many units, u64
///          8    8  how many content words they have, u64
///         16  8·d  the sum of their vectors, each of unit length: f64
struct KindStatistics: Equatable {
    var count = 0
    var words = 0
    var sum: [Double]

    init(dimension: Int) { sum = [Double](repeating: 0, count: dimension) }

    /// Takes a unit in, or out again with a sign of −1.
    mutating func add(_ vector: [Float], words: Int, sign: Double = 1) {
        let length = vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        count += Int(sign)
        self.words += Int(sign) * words
        guard length > 0, vector.count == sum.count else { return }
        for index in sum.indices { sum[index] += sign * Double(vector[index]) / length }
    }

    /// The mean of the vectors.
    var mean: [Float] { count > 0 ? sum.map { Float($0 / Double(count)) } : sum.map { _ in 0 } }

    /// The mean number of content words.
    var meanWords: Double { count > 0 ? Double(words) / Double(count) : 0 }

    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(16 + 8 * sum.count)
        func append(_ value: UInt64) { Swift.withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
        append(UInt64(max(0, count)))
        append(UInt64(max(0, words)))
        for value in sum { append(value.bitPattern) }
        return bytes
    }

    /// - Throws: `MemoryError.corrupt`.
    init(decoding bytes: RawSpan, dimension: Int) throws {
        guard bytes.byteCount == 16 + 8 * dimension else {
            throw MemoryError.corrupt("the statistics of a kind have \(bytes.byteCount) bytes")
        }
        self.init(dimension: dimension)
        let numbers = bytes.withUnsafeBytes { bytes in
            stride(from: 0, to: bytes.count, by: 8).map {
                UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self))
            }
        }
        (count, words) = (Int(clamping: numbers[0]), Int(clamping: numbers[1]))
        sum = numbers.dropFirst(2).map { Double(bitPattern: $0) }
    }
}
