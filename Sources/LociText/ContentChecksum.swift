// Loci, Apache License 2.0.

import LociFiles

/// Tells files of different contents apart. Against accidents, not against forgers.
///
/// Four lanes of eight bytes each keep the multiplications apart, so that a file in memory is gone through at some 10 GB a second:
/// a checksum of the weights is part of a model's identifier, and is taken whenever a model is opened.
struct ContentChecksum {
    private var lanes: (UInt64, UInt64, UInt64, UInt64) = (
        0x243F_6A88_85A3_08D3, 0x1319_8A2E_0370_7344, 0xA409_3822_299F_31D0, 0x082E_FA98_EC4E_6C89
    )

    /// Adds the bytes of a file, and how many there are.
    mutating func add(_ file: MappedFile) {
        file.withUnsafeBytes { add($0) }
    }

    /// Adds bytes, and how many there are. The bytes need live only for the call.
    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        var offset = 0
        while offset + 32 <= bytes.count {
            lanes.0 = Self.step(lanes.0, Self.load(bytes, offset))
            lanes.1 = Self.step(lanes.1, Self.load(bytes, offset + 8))
            lanes.2 = Self.step(lanes.2, Self.load(bytes, offset + 16))
            lanes.3 = Self.step(lanes.3, Self.load(bytes, offset + 24))
            offset += 32
        }
        while offset < bytes.count {
            lanes.0 = Self.step(lanes.0, UInt64(bytes[offset]))
            offset += 1
        }
        lanes.1 = Self.step(lanes.1, UInt64(bytes.count))
    }

    /// 16 hexadecimal digits.
    var text: String {
        var value = SplitMix.mixed(lanes.0)
        value = SplitMix.mixed(value ^ lanes.1)
        value = SplitMix.mixed(value ^ lanes.2)
        value = SplitMix.mixed(value ^ lanes.3)
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    @inline(__always)
    private static func load(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> UInt64 {
        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// One to one in each of its arguments, so that one changed word always shows.
    @inline(__always)
    private static func step(_ lane: UInt64, _ word: UInt64) -> UInt64 {
        let product = (lane ^ word) &* 0x9E37_79B9_7F4A_7C15
        return product << 29 | product >> 35
    }
}
