// Loci, Apache License 2.0.

/// The hash that equal texts are found by: FNV-1a of 64 bits (Fowler, Noll, Vo) with a last mix of SplitMix64 (Steele et al., 2014).
/// Texts of equal hashes are compared before they are called equal.
enum TextHash {
    static func hash(_ text: String) -> UInt64 { hash(text.utf8) }

    static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        hash = (hash ^ hash >> 30) &* 0xbf58_476d_1ce4_e5b9
        hash = (hash ^ hash >> 27) &* 0x94d0_49bb_1331_11eb
        return hash ^ hash >> 31
    }
}
