// Loci, Apache License 2.0.

/// The transformer of BERT (Devlin, Chang, Lee, Toutanova, NAACL 2019): from tokens to a vector a text, the mean of its tokens'
/// (Reimers, Gurevych, EMNLP 2019).
///
/// Texts of a batch stand one below the other, without padding: the maps of vectors go over all of them at once, attention over
/// each by itself. So nothing is computed for tokens that are not there, and no mask is needed.
struct BertEncoder: Sendable {
    let configuration: BertConfiguration
    let weights: BertWeights
    let product: any MatrixProduct

    /// The arrays of a batch.
    private struct Activations {
        var states: [Float]
        var attention: [Float]
        var context: [Float]
        var output: [Float]
        var intermediate: [Float]

        init(tokens: Int, _ configuration: BertConfiguration) {
            let size = tokens * configuration.hiddenSize
            states = [Float](repeating: 0, count: size)
            attention = [Float](repeating: 0, count: 3 * size)
            context = states
            output = states
            intermediate = [Float](repeating: 0, count: tokens * configuration.intermediateSize)
        }
    }

    /// The means of the vectors of each text's tokens, not of unit length.
    ///
    /// - Parameter texts: The tokens of each, one at least, all of the vocabulary, no more than the configuration allows.
    /// - Complexity: O(tokens × weights of the layers), plus O(tokens² × size) for each text; memory O(tokens × sizes), and
    ///   O(tokens²) for the longest text.
    func encode(_ texts: [[Int32]]) -> [[Double]] {
        let hidden = configuration.hiddenSize
        var starts = [0]
        for text in texts { starts.append(starts[starts.count - 1] + text.count) }
        let count = starts[texts.count]
        var batch = Activations(tokens: count, configuration)
        embed(texts, into: &batch.states)
        normalize(&batch.states, count, weights.normalization)
        for layer in weights.layers {
            apply(layer.attention, to: batch.states, count, into: &batch.attention)
            for index in texts.indices {
                attend(
                    MatrixPlace(offset: starts[index], stride: hidden), count: starts[index + 1] - starts[index],
                    batch.attention, into: &batch.context)
            }
            apply(layer.attentionOutput, to: batch.context, count, into: &batch.output)
            VectorMath.add(batch.output, to: &batch.states, count: count * hidden)
            normalize(&batch.states, count, layer.attentionNormalization)
            apply(layer.intermediate, to: batch.states, count, into: &batch.intermediate)
            VectorMath.gelu(&batch.intermediate, count: count * configuration.intermediateSize)
            apply(layer.output, to: batch.intermediate, count, into: &batch.output)
            VectorMath.add(batch.output, to: &batch.states, count: count * hidden)
            normalize(&batch.states, count, layer.outputNormalization)
        }
        return texts.indices.map { mean(batch.states, starts[$0]..<starts[$0 + 1]) }
    }

    private func embed(_ texts: [[Int32]], into states: inout [Float]) {
        let hidden = configuration.hiddenSize
        var start = 0
        for text in texts {
            for (position, token) in text.enumerated() {
                var state = Array(weights.positions[position * hidden..<(position + 1) * hidden])
                weights.file.addRow(Int(token), of: weights.words, times: 1, to: &state)
                states.replaceSubrange(start..<start + hidden, with: state)
                start += hidden
            }
        }
    }

    private func normalize(_ states: inout [Float], _ count: Int, _ normalization: BertWeights.Normalization) {
        VectorMath.normalizeRows(
            &states, rows: count, scale: normalization.scale, shift: normalization.shift,
            epsilon: configuration.normalizationEpsilon)
    }

    private func apply(
        _ linear: BertWeights.Linear, to values: [Float], _ count: Int, into result: inout [Float]
    ) {
        let outputs = linear.matrix.rows
        product.multiply(
            MatrixSlice(values, rows: count, columns: linear.matrix.columns), byTransposeOf: linear.matrix,
            into: &result, at: MatrixPlace(offset: 0, stride: outputs))
        VectorMath.addRow(linear.bias, to: &result, rows: count)
    }

    /// Attention within one text (Vaswani et al., NeurIPS 2017), head by head.
    ///
    /// - Parameters:
    ///   - place: The text's first token, and the numbers of a token's vector.
    ///   - attention: Of each token the queries, the keys and the values.
    private func attend(_ place: MatrixPlace, count: Int, _ attention: [Float], into context: inout [Float]) {
        let hidden = configuration.hiddenSize
        let size = configuration.headSize
        let first = place.offset * 3 * hidden
        var scores = [Float](repeating: 0, count: count * count)
        var transposed = [Float](repeating: 0, count: size * count)
        for head in 0..<configuration.headCount {
            let column = head * size
            let queries = MatrixSlice(
                attention, offset: first + column, rows: count, columns: size, stride: 3 * hidden)
            let keys = MatrixSlice(
                attention, offset: first + hidden + column, rows: count, columns: size, stride: 3 * hidden)
            product.multiply(
                queries, byTransposeOf: keys, into: &scores, at: MatrixPlace(offset: 0, stride: count))
            VectorMath.softmaxRows(&scores, rows: count, columns: count, factor: 1 / Float(size).squareRoot())
            for token in 0..<count {
                let values = first + token * 3 * hidden + 2 * hidden + column
                for index in 0..<size { transposed[index * count + token] = attention[values + index] }
            }
            product.multiply(
                MatrixSlice(scores, rows: count, columns: count),
                byTransposeOf: MatrixSlice(transposed, rows: size, columns: count), into: &context,
                at: MatrixPlace(offset: place.offset * hidden + column, stride: hidden))
        }
    }

    private func mean(_ states: [Float], _ tokens: Range<Int>) -> [Double] {
        let hidden = configuration.hiddenSize
        var sums = [Double](repeating: 0, count: hidden)
        for token in tokens {
            for index in 0..<hidden { sums[index] += Double(states[token * hidden + index]) }
        }
        return sums.map { $0 / Double(tokens.count) }
    }
}
