// Loci, Apache License 2.0.

import Loci
import LociProtocol

/// A vector as `VEMB … RAW` gives it: of unit length, in one of Redis's three forms, with the length apart.
///
/// A vector of ours that is coded otherwise is coded anew: 8 bits, symmetric about 0, for all kinds of LVQ.
struct RawVector {
    private let unit: [Float]
    private let length: Float
    private let kind: RedisQuantization

    init(_ vector: [Float], _ quantization: Quantization) {
        kind = RedisQuantization(quantization)
        length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
        let length = length
        unit = length > 0 ? vector.map { $0 / length } : vector
    }

    func write(to encoder: inout ReplyEncoder) {
        encoder.array(kind == .int8 ? 4 : 3)
        encoder.simple(kind.rawValue)
        switch kind {
        case .f32:
            var blob: [UInt8] = []
            for value in unit { withUnsafeBytes(of: value.bitPattern.littleEndian) { blob += $0 } }
            encoder.bulk(blob)
        case .int8:
            let range = unit.reduce(0) { max($0, $1.magnitude) }
            encoder.bulk(unit.map { UInt8(bitPattern: range > 0 ? Int8(($0 / range * 127).rounded()) : 0) })
        case .bin:
            // Words of 64 bits, the first dimension lowest.
            var blob = [UInt8](repeating: 0, count: (unit.count + 63) / 64 * 8)
            for (index, value) in unit.enumerated() where value > 0 { blob[index / 8] |= 1 << (index % 8) }
            encoder.bulk(blob)
        }
        encoder.double(length > 0 ? Double(length) : 1)
        if kind == .int8 { encoder.double(Double(unit.reduce(0) { max($0, $1.magnitude) })) }
    }
}

/// The kinds of codes that clients know.
enum RedisQuantization: String {
    case f32, int8, bin

    init(_ quantization: Quantization) {
        switch quantization {
        case .float32, .float16: self = .f32
        case .binary: self = .bin
        case .lvq8, .lvq4, .lvq4x4, .lvq4x8: self = .int8
        }
    }
}
