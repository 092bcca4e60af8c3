// Loci, Apache License 2.0.

/// A matrix of floats, or a part of one, row by row in an array that it shares.
struct MatrixSlice: Sendable {
    let values: [Float]
    /// Where the first row begins.
    let offset: Int
    let rows: Int
    let columns: Int
    /// From the beginning of a row to that of the next.
    let stride: Int

    /// - Precondition: The rows lie in the array.
    init(_ values: [Float], offset: Int = 0, rows: Int, columns: Int, stride: Int? = nil) {
        let stride = stride ?? columns
        precondition(rows >= 0 && columns >= 0 && offset >= 0 && stride >= columns)
        precondition(rows == 0 || offset + (rows - 1) * stride + columns <= values.count)
        self.values = values
        self.offset = offset
        self.rows = rows
        self.columns = columns
        self.stride = stride
    }
}

/// Where a product is written: a part of a matrix whose array is given beside.
struct MatrixPlace: Sendable {
    let offset: Int
    let stride: Int
}

/// What multiplies matrices.
///
/// All products of a transformer have one form, since weights are stored output by output: each row of the result holds the inner
/// products of a row of the left matrix with all rows of the right one.
protocol MatrixProduct: Sendable {
    /// Writes left · rightᵀ, which has the left matrix's rows and as many columns as the right one has rows.
    ///
    /// - Precondition: Left and right have as many columns; the result lies in its array; no slice shares that.
    /// - Complexity: O(left rows × right rows × columns)
    func multiply(
        _ left: MatrixSlice, byTransposeOf right: MatrixSlice, into result: inout [Float], at place: MatrixPlace)
}

/// The choice of this build.
enum MatrixProducts {
    /// OpenBLAS with the package trait of this name, else the portable one.
    static var preferred: any MatrixProduct {
        #if OpenBLAS
        OpenBLASProduct()
        #else
        PortableProduct()
        #endif
    }
}
