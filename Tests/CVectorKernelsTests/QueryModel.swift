// Loci, Apache License 2.0.

/// A query in two parts of 8 bits a dimension, and the sums over them.
struct QuantizedQuery: Equatable {
    var coarse: [Int8]
    var fine: [Int8]
    var sum: Int64
    var squares: Int64
    var coarseSum: Int64
    var coarseSquares: Int64

    init(coarse: [Int8], fine: [Int8], sum: Int64, squares: Int64, coarseSum: Int64, coarseSquares: Int64) {
        self.coarse = coarse
        self.fine = fine
        self.sum = sum
        self.squares = squares
        self.coarseSum = coarseSum
        self.coarseSquares = coarseSquares
    }

    /// By the definition in vector_kernels.h: whole numbers first, then their parts, with sums of 64 bits.
    init(quantizing values: [Float], factor: Float) {
        let largest: Float = 127 * 256
        let numbers = values.map { value in
            let product: Float = value * factor
            return Int64(max(-largest, min(largest, product)).rounded(.toNearestOrEven))
        }
        // The fine part is what is congruent to the number and fits in a signed byte.
        fine = numbers.map { Int8(truncatingIfNeeded: $0) }
        coarse = zip(numbers, fine).map { Int8(($0 - Int64($1)) / 256) }
        sum = numbers.reduce(0, +)
        squares = numbers.reduce(0) { $0 + $1 * $1 }
        coarseSum = coarse.reduce(0) { $0 + Int64($1) }
        coarseSquares = coarse.reduce(0) { $0 + Int64($1) * Int64($1) }
    }
}
