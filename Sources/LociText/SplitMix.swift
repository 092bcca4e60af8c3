// Loci, Apache License 2.0.

/// Numbers that a seed fixes on every machine, and the hashes that are made with them.
///
/// SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
struct SplitMix {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mixed(state)
    }

    /// Spreads each bit over all of them; one to one.
    @inline(__always)
    static func mixed(_ word: UInt64) -> UInt64 {
        var word = word
        word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
        return word ^ (word >> 31)
    }
}

/// The hash of bytes that come one by one: FNV-1a of 64 bits (Fowler, Noll, Vo; RFC 9923), whose last step is SplitMix64's
/// mixing, since FNV alone leaves the high bits of short texts poor.
///
/// A copy is the hash of what came so far, so all beginnings of a text are hashed in one go.
struct ByteHash {
    private var state: UInt64

    @inline(__always)
    init(seed: UInt64 = 0) {
        state = 0xCBF2_9CE4_8422_2325 ^ seed
    }

    @inline(__always)
    mutating func add(_ byte: UInt8) {
        state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
    }

    @inline(__always)
    var value: UInt64 { SplitMix.mixed(state) }
}
