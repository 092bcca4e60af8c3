// Loci, Apache License 2.0.

import CVectorKernels

/// What attention over some positions adds up to, not yet divided, so that groups can be joined.
struct AttentionSum {
    /// The largest logit; minus infinity while there are none.
    var maximum = -Float.infinity
    /// The exponentials of what the logits are below it, added up.
    var sum: Float = 0
    /// The values, each times its exponential, added up.
    var output: [Float]

    init(dimension: Int) { output = [Float](repeating: 0, count: dimension) }

    /// Joins the sums of other positions, as M. Milakov, N. Gimelshein, "Online normalizer calculation for softmax" (2018), do.
    mutating func join(_ other: AttentionSum) {
        guard other.maximum.isFinite else { return }
        guard maximum.isFinite else {
            self = other
            return
        }
        let highest = max(maximum, other.maximum)
        let (own, others) = (exponential(maximum - highest), exponential(other.maximum - highest))
        sum = sum * own + other.sum * others
        for index in output.indices { output[index] = output[index] * own + other.output[index] * others }
        maximum = highest
    }

    /// The logarithm of the sum of all exponentials.
    var logarithm: Double { maximum.isFinite ? Double(maximum) + naturalLogarithm(Double(sum)) : -.infinity }
}

/// Attention of queries over keys and values where they lie.
///
/// One of the files of this module with unsafe pointers: they do not leave the calls in which the arrays and spans are borrowed. The
/// kernels read exactly the rows of the positions, whose bytes are checked here.
struct AttentionKernel {
    let form: TensorForm
    /// What logits are multiplied by: usually one over the root of the dimension.
    let scale: Float
    private var weights: [Float] = []

    init(_ form: TensorForm, scale: Float) { (self.form, self.scale) = (form, scale) }

    /// Attention of the query of a head over a block.
    /// - Throws: `MemoryError.corrupt` for a block of another size.
    mutating func attend(
        _ query: ArraySlice<Float>, head: Int, over block: RawSpan, count: Int
    ) throws(MemoryError) -> AttentionSum {
        guard block.byteCount == 2 * form.heads * count * form.rowBytes else {
            throw .corrupt("the keys and values of a block have \(block.byteCount) bytes")
        }
        var result = AttentionSum(dimension: form.dimension)
        if weights.count < count { weights = [Float](repeating: 0, count: count) }
        let kernels = vk_active().pointee
        let kernel = form.coding == .float16 ? kernels.attend_halves : kernels.attend_codes
        var sums = vk_attention_sums()
        block.withUnsafeBytes { bytes in
            query.withUnsafeBufferPointer { query in
                weights.withUnsafeMutableBufferPointer { weights in
                    result.output.withUnsafeMutableBufferPointer { output in
                        guard let base = bytes.baseAddress, let query = query.baseAddress,
                            let weights = weights.baseAddress, let output = output.baseAddress
                        else { return }
                        kernel(
                            query, form.dimension, base + form.offset(head: head, ofValues: false, count: count),
                            base + form.offset(head: head, ofValues: true, count: count), count, scale, weights, output,
                            &sums)
                    }
                }
            }
        }
        (result.maximum, result.sum) = (sums.maximum, sums.sum)
        return result
    }
}
