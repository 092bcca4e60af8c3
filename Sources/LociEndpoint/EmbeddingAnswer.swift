// Loci, Apache License 2.0.

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What is sent to `/embeddings`.
struct EmbeddingRequest: Encodable {
    let model: String
    let input: [String]
    // Some servers send base64 unless they are told.
    let encoding_format = "float"
}

/// What comes back, of which only the vectors matter.
struct EmbeddingAnswer: Decodable {
    struct Item: Decodable {
        let index: Int?
        /// A null stands for a number that JSON does not have.
        let embedding: [Double?]
    }

    let data: [Item]

    /// The vectors of an answer, in the order of the texts.
    /// - Parameters:
    ///   - bytes: The answer.
    ///   - places: Which of the caller's texts were sent, for errors.
    ///   - dimension: Numbers of a vector; nil if that is to be learned.
    /// - Throws: `EndpointError`: all of vectors, and `.badAnswer`.
    static func vectors(
        in bytes: [UInt8], places: [Int], dimension: Int?, model: String, address: EndpointAddress
    ) throws(EndpointError) -> [[Float]] {
        let items = try decode(bytes, places: places, model: model, address: address)
        guard items.count == places.count else {
            throw .wrongCount(model: model, vectors: items.count, texts: places.count)
        }
        // Servers that number nothing keep the order.
        let isNumbered = items.contains { $0.index != nil }
        var vectors = [[Float]?](repeating: nil, count: places.count)
        var expected = dimension
        for (order, item) in items.enumerated() {
            guard let index = isNumbered ? item.index : order else {
                throw .badAnswer(address: address.description, reason: "vector \(order) has no index, others have")
            }
            guard vectors.indices.contains(index) else {
                throw .indexOutOfRange(model: model, index: index, texts: places.count)
            }
            guard vectors[index] == nil else { throw .duplicateIndex(model: model, index: places[index]) }
            let vector = try unit(item.embedding, index: places[index], dimension: expected, model: model)
            expected = vector.count
            vectors[index] = vector
        }
        return vectors.compactMap { $0 }
    }

    /// A vector of unit length.
    private static func unit(
        _ numbers: [Double?], index: Int, dimension: Int?, model: String
    ) throws(EndpointError) -> [Float] {
        let dimension = dimension ?? numbers.count
        guard numbers.count == dimension, EndpointEmbedder.dimensions.contains(dimension) else {
            throw .wrongDimension(model: model, index: index, dimension: numbers.count, expected: max(1, dimension))
        }
        var sum = 0.0
        for number in numbers {
            guard let number, number.magnitude <= Double(Float.greatestFiniteMagnitude) else {
                throw .vectorNotFinite(model: model, index: index)
            }
            sum += number * number
        }
        let factor = 1 / sum.squareRoot()
        guard factor.isFinite else { throw .vectorIsZero(model: model, index: index) }
        return numbers.map { Float(($0 ?? 0) * factor) }
    }

    private static func decode(
        _ bytes: [UInt8], places: [Int], model: String, address: EndpointAddress
    ) throws(EndpointError) -> [Item] {
        do {
            return try JSONDecoder().decode(EmbeddingAnswer.self, from: Data(bytes)).data
        } catch {
            // Python writes numbers that are none as NaN and Infinity, which is no JSON, and the decoder takes numbers beyond the range of
            // doubles for none as well. It is worth a second look only where it failed.
            if let mended = withoutNonNumbers(bytes),
                let answer = try? JSONDecoder().decode(EmbeddingAnswer.self, from: Data(mended))
            {
                return answer.data
            }
            throw .badAnswer(address: address.description, reason: DecodingFault.text(of: error))
        }
    }

    /// JSON with null for `NaN`, `Infinity`, `-Infinity` and numbers beyond the range of doubles where they stand outside of strings; nil
    /// if there are none.
    static func withoutNonNumbers(_ bytes: [UInt8]) -> [UInt8]? {
        let words = ["NaN", "-NaN", "Infinity", "-Infinity"].map { Array($0.utf8) }
        let (firsts, digits) = (Set("NI-".utf8), Set("0123456789+-.eE".utf8))
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        var (place, isString, found) = (0, false, false)
        while place < bytes.count {
            let byte = bytes[place]
            if isString, byte == UInt8(ascii: "\\"), place + 1 < bytes.count {
                result += bytes[place...place + 1]
                place += 2
                continue
            }
            if byte == UInt8(ascii: "\"") { isString.toggle() }
            if !isString, firsts.contains(byte), let word = words.first(where: { bytes[place...].starts(with: $0) }) {
                result += "null".utf8
                place += word.count
                found = true
                continue
            }
            if !isString, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) {
                let number = bytes[place...].prefix { digits.contains($0) }
                let isFinite = Double(String(decoding: number, as: UTF8.self))?.isFinite ?? true
                // The sign is written already.
                if !isFinite, result.last == UInt8(ascii: "-") { result.removeLast() }
                result += isFinite ? Array(number) : Array("null".utf8)
                place += number.count
                found = found || !isFinite
                continue
            }
            result.append(byte)
            place += 1
        }
        return found ? result : nil
    }
}

/// What is wrong with JSON, without what is in it.
enum DecodingFault {
    static func text(of error: any Error) -> String {
        func path(_ context: DecodingError.Context) -> String {
            let names = context.codingPath.map { $0.intValue.map { "\($0)" } ?? $0.stringValue }
            return names.isEmpty ? "the whole" : names.joined(separator: ".")
        }
        switch error {
        case DecodingError.keyNotFound(let key, _): return "the member \"\(key.stringValue)\" is missing"
        case DecodingError.typeMismatch(_, let context): return "\(path(context)) is of another type"
        case DecodingError.valueNotFound(_, let context): return "\(path(context)) is null"
        case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
            return "\(path(context)) cannot be read"
        default: return "it is not JSON"
        }
    }
}
