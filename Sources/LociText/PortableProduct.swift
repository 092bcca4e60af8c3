// Loci, Apache License 2.0.

/// A product of matrices in Swift alone, the same to the bit on every machine: each inner product is made of four sums, over every
/// fourth column, which are added at the end, and nothing is fused.
///
/// Four rows of the left matrix meet two of the right one, so that six loads serve eight multiplications and the eight sums stay
/// in the sixteen registers of the poorest machines. Blocks of left rows stay in the cache while the right matrix goes by.
struct PortableProduct: MatrixProduct {
    /// Bytes of left rows that stay in the cache: half of the second level of small processors.
    private static let blockBytes = 131_072

    private static let tileRows = 4
    private static let tileColumns = 2

    func multiply(
        _ left: MatrixSlice, byTransposeOf right: MatrixSlice, into result: inout [Float], at place: MatrixPlace
    ) {
        precondition(left.columns == right.columns && place.offset >= 0 && place.stride >= right.rows)
        guard left.rows > 0, right.rows > 0 else { return }
        precondition(place.offset + (left.rows - 1) * place.stride + right.rows <= result.count)
        // Pointers live for the loops below only; the slices hold their arrays.
        left.values.withUnsafeBufferPointer { leftValues in
            right.values.withUnsafeBufferPointer { rightValues in
                result.withUnsafeMutableBufferPointer { target in
                    guard let leftBase = leftValues.baseAddress, let rightBase = rightValues.baseAddress,
                        let targetBase = target.baseAddress
                    else {
                        // Without columns an array can be empty: all inner products are 0.
                        for row in 0..<left.rows {
                            for column in 0..<right.rows { target[place.offset + row * place.stride + column] = 0 }
                        }
                        return
                    }
                    Self.multiply(
                        Operand(base: leftBase + left.offset, rows: left.rows, stride: left.stride),
                        Operand(base: rightBase + right.offset, rows: right.rows, stride: right.stride),
                        depth: left.columns, into: targetBase + place.offset, stride: place.stride)
                }
            }
        }
    }

    /// A matrix by the address of its first row, valid while the pointers above are.
    private struct Operand {
        let base: UnsafePointer<Float>
        let rows: Int
        let stride: Int
    }

    private static func multiply(
        _ left: Operand, _ right: Operand, depth: Int, into target: UnsafeMutablePointer<Float>, stride: Int
    ) {
        let blockRows = max(blockBytes / max(4 * depth, 1) / tileRows * tileRows, tileRows)
        var blockStart = 0
        while blockStart < left.rows {
            let blockEnd = min(blockStart + blockRows, left.rows)
            var column = 0
            while column < right.rows {
                let columns = min(tileColumns, right.rows - column)
                var row = blockStart
                while row < blockEnd {
                    let rows = min(tileRows, blockEnd - row)
                    let first = left.base + row * left.stride
                    let second = right.base + column * right.stride
                    let cell = target + row * stride + column
                    if rows == tileRows, columns == tileColumns {
                        tile(first, left.stride, second, right.stride, depth, cell, stride)
                    } else {
                        for rowOffset in 0..<rows {
                            for columnOffset in 0..<columns {
                                cell[rowOffset * stride + columnOffset] = innerProduct(
                                    first + rowOffset * left.stride, second + columnOffset * right.stride, depth)
                            }
                        }
                    }
                    row += rows
                }
                column += columns
            }
            blockStart = blockEnd
        }
    }

    private typealias Lanes = SIMD4<Float>

    @inline(__always)
    private static func load(_ pointer: UnsafePointer<Float>) -> Lanes {
        UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self)
    }

    /// The sum of the lanes, in the order that `innerProduct` has too.
    @inline(__always)
    private static func sum(_ lanes: Lanes) -> Float {
        (lanes[0] + lanes[2]) + (lanes[1] + lanes[3])
    }

    @inline(__always)
    private static func tile(
        _ left: UnsafePointer<Float>, _ leftStride: Int, _ right: UnsafePointer<Float>, _ rightStride: Int,
        _ depth: Int,
        _ cell: UnsafeMutablePointer<Float>, _ stride: Int
    ) {
        let left1 = left + leftStride
        let left2 = left1 + leftStride
        let left3 = left2 + leftStride
        let right1 = right + rightStride
        var (sum00, sum01, sum10, sum11) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
        var (sum20, sum21, sum30, sum31) = (Lanes.zero, Lanes.zero, Lanes.zero, Lanes.zero)
        var index = 0
        while index + 4 <= depth {
            let (first, second) = (load(right + index), load(right1 + index))
            let row0 = load(left + index)
            sum00 += row0 * first
            sum01 += row0 * second
            let row1 = load(left1 + index)
            sum10 += row1 * first
            sum11 += row1 * second
            let row2 = load(left2 + index)
            sum20 += row2 * first
            sum21 += row2 * second
            let row3 = load(left3 + index)
            sum30 += row3 * first
            sum31 += row3 * second
            index += 4
        }
        var cells = (sum(sum00), sum(sum01), sum(sum10), sum(sum11), sum(sum20), sum(sum21), sum(sum30), sum(sum31))
        while index < depth {
            let (first, second) = (right[index], right1[index])
            cells.0 += left[index] * first
            cells.1 += left[index] * second
            cells.2 += left1[index] * first
            cells.3 += left1[index] * second
            cells.4 += left2[index] * first
            cells.5 += left2[index] * second
            cells.6 += left3[index] * first
            cells.7 += left3[index] * second
            index += 1
        }
        (cell[0], cell[1]) = (cells.0, cells.1)
        (cell[stride], cell[stride + 1]) = (cells.2, cells.3)
        (cell[2 * stride], cell[2 * stride + 1]) = (cells.4, cells.5)
        (cell[3 * stride], cell[3 * stride + 1]) = (cells.6, cells.7)
    }

    /// One inner product, in the order of a tile's: a text gets the same vector in whatever company it comes.
    @inline(__always)
    private static func innerProduct(
        _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, _ depth: Int
    ) -> Float {
        var lanes = Lanes.zero
        var index = 0
        while index + 4 <= depth {
            lanes += load(left + index) * load(right + index)
            index += 4
        }
        var total = sum(lanes)
        while index < depth {
            total += left[index] * right[index]
            index += 1
        }
        return total
    }
}
