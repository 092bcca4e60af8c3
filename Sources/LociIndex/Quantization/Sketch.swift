// Loci, Apache License 2.0.

import CVectorKernels

/// Binary sketches: one bit a dimension, to tell which of a vertex's neighbours are near enough to be measured at all.
///
/// RaBitQ's estimator (Gao and Long, SIGMOD 2024): the signs of a rotated, centred vector x stand for it, and with
/// f = ‖x‖² / Σ|x(j)| the product f · ⟨q, signs⟩ estimates ⟨q, x⟩ without bias; its deviation is ‖q‖ · e with
/// e = ‖x‖ · sqrt((1 - ρ²) / ρ² / (d - 1)), ρ being the cosine of x and its signs. A walk drops a neighbour whose
/// estimate, less a part of the deviation, is beyond the buffer's worst, and reads the codes of the others. Where we
/// differ: SymphonyQG (SIGMOD 2025) keeps the sketches of all neighbours in a vertex's record, 32 times the bytes; here a
/// vector has one, of about one cache line where its 4-bit codes take four.
///
///     0       4        6       8
///     | norm  | factor | error | bits …
///     | f32   | f16    | f16   | bit j % 8 of byte j / 8: component j is above 0
package struct SketchLayout: Sendable, Equatable {
    package static let headerBytes = Int(VK_SKETCH_HEADER_BYTES)
    /// From here on sketches save more lines of codes than they take: 4-bit codes of fewer dimensions lie on two or three
    /// lines, and the estimate is the rougher the fewer bits it has. On SIFT descriptors (128) they gained nothing.
    package static let leastDimension = 256

    package let dimension: Int

    /// - Parameter dimension: Of the vectors.
    package init(dimension: Int) { self.dimension = dimension }

    /// Bytes of a record that mean something.
    package var bytes: Int { Self.headerBytes + (dimension + 7) / 8 }
    /// Bytes from one record to the next.
    package var stride: Int { CodeLayout.stride(bytes) }
    /// The cache lines that hold a record.
    package var lines: Int { (bytes + 63) / 64 }

    /// Writes the sketch of a vector.
    /// - Parameters:
    ///   - values: `dimension` floats of the vector space.
    ///   - record: `stride` bytes, all of which are written.
    package func encode(_ values: UnsafePointer<Float>, to record: UnsafeMutablePointer<UInt8>) {
        record.update(repeating: 0, count: stride)
        var squares = 0.0
        var magnitudes = 0.0
        for component in 0..<dimension {
            let value = values[component]
            squares += Double(value) * Double(value)
            magnitudes += Double(value.magnitude)
            if value > 0 { record[Self.headerBytes + component / 8] |= 1 << UInt8(component % 8) }
        }
        var factor = 0.0
        var error = 0.0
        if magnitudes > 0, squares > 0 {
            factor = squares / magnitudes
            let cosine = magnitudes * magnitudes / (squares * Double(dimension))
            error = (squares * max(0, 1 - cosine) / cosine / Double(max(1, dimension - 1))).squareRoot()
        }
        let header = UnsafeMutableRawPointer(record)
        header.storeBytes(of: Float(squares).bitPattern.littleEndian, toByteOffset: 0, as: UInt32.self)
        header.storeBytes(of: HalfFloat.roundDown(Float(factor)).littleEndian, toByteOffset: 4, as: UInt16.self)
        header.storeBytes(of: HalfFloat.roundUp(Float(error)).littleEndian, toByteOffset: 6, as: UInt16.self)
    }
}

extension CodeLayout {
    /// The sketches that go with these codes in a graph, or `nil` where they do not pay.
    package var sketches: SketchLayout? {
        quantization.isRotated && dimension >= SketchLayout.leastDimension ? SketchLayout(dimension: dimension) : nil
    }
}
