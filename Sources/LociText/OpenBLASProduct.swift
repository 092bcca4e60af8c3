// Loci, Apache License 2.0.

#if OpenBLAS
import COpenBLAS

/// Products by OpenBLAS, several times as fast as the portable ones. It chooses its loops by the processor and by the sizes, so
/// vectors may differ in their last bits from machine to machine and by the texts that go with one.
struct OpenBLASProduct: MatrixProduct {
    /// OpenBLAS starts a thread for each core unless told otherwise, for all of the process. Whoever embeds in several tasks
    /// has the cores busy already, and idle threads of OpenBLAS spin.
    private static let isSingleThreaded: Bool = {
        openblas_set_num_threads(1)
        return true
    }()

    init() {
        _ = Self.isSingleThreaded
    }

    func multiply(
        _ left: MatrixSlice, byTransposeOf right: MatrixSlice, into result: inout [Float], at place: MatrixPlace
    ) {
        precondition(left.columns == right.columns && place.offset >= 0 && place.stride >= right.rows)
        guard left.rows > 0, right.rows > 0 else { return }
        precondition(place.offset + (left.rows - 1) * place.stride + right.rows <= result.count)
        guard left.columns > 0 else {
            PortableProduct().multiply(left, byTransposeOf: right, into: &result, at: place)
            return
        }
        // Pointers live for the call only; the slices hold their arrays.
        left.values.withUnsafeBufferPointer { leftValues in
            right.values.withUnsafeBufferPointer { rightValues in
                result.withUnsafeMutableBufferPointer { target in
                    guard let leftBase = leftValues.baseAddress, let rightBase = rightValues.baseAddress,
                        let targetBase = target.baseAddress
                    else { return }
                    cblas_sgemm(
                        CblasRowMajor, CblasNoTrans, CblasTrans, Int32(left.rows), Int32(right.rows),
                        Int32(left.columns), 1, leftBase + left.offset, Int32(left.stride),
                        rightBase + right.offset, Int32(right.stride), 0, targetBase + place.offset,
                        Int32(place.stride))
                }
            }
        }
    }
}
#endif
