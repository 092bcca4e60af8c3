// Loci, Apache License 2.0.

/// The tokens of a tokenizer and their numbers.
///
/// Found by their bytes: strings of Swift would take tokens for one that differ in composition only (`é` and `e` + accent),
/// which vocabularies hold apart.
struct Vocabulary: Sendable {
    /// The most tokens; models have up to some 500,000.
    static let maximumCount = 1 << 22

    private var bytes: [UInt8] = []
    /// Where each token ends in `bytes`, in the order in which they came.
    private var ends: [Int] = []
    private var identifiers: [Int32] = []
    /// Open addressing: the place of a token plus 1, or 0. A power of two, at most half full.
    private var slots = [Int32](repeating: 0, count: 1024)

    /// The highest number of a token, or -1.
    private(set) var maximumIdentifier: Int32 = -1
    /// The bytes of the longest token.
    private(set) var maximumLength = 0

    var count: Int { ends.count }

    /// Adds a token.
    ///
    /// - Returns: What is wrong, or nil.
    mutating func add(_ token: [UInt8], identifier: Int) -> String? {
        guard count < Self.maximumCount, identifier >= 0, identifier < Self.maximumCount else {
            return "the token \(Self.shown(token)) has the number \(identifier), the limit is \(Self.maximumCount)"
        }
        if 2 * (count + 1) > slots.count { grow() }
        let slot = slot(Self.hash(token), token, token.indices)
        guard slots[slot] == 0 else { return "the token \(Self.shown(token)) is there twice" }
        bytes.append(contentsOf: token)
        ends.append(bytes.count)
        identifiers.append(Int32(identifier))
        slots[slot] = Int32(count)
        maximumIdentifier = max(maximumIdentifier, Int32(identifier))
        maximumLength = max(maximumLength, token.count)
        return nil
    }

    /// The number of the token whose bytes these are.
    func identifier(_ token: [UInt8]) -> Int32? {
        identifier(Self.hash(token), token, token.indices)
    }

    /// The number of the token whose bytes lie in a range, by the hash of these.
    @inline(__always)
    func identifier(_ hash: ByteHash, _ text: [UInt8], _ range: Range<Int>) -> Int32? {
        let place = slots[slot(hash, text, range)]
        return place == 0 ? nil : identifiers[Int(place) - 1]
    }

    static func hash(_ token: [UInt8]) -> ByteHash {
        var hash = ByteHash()
        for byte in token { hash.add(byte) }
        return hash
    }

    /// A token in a message.
    static func shown(_ token: [UInt8]) -> String {
        String(String(decoding: token, as: UTF8.self).prefix(40)).debugDescription
    }

    /// Where the token is, or the free place where it belongs.
    @inline(__always)
    private func slot(_ hash: ByteHash, _ text: [UInt8], _ range: Range<Int>) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash.value) & mask
        while true {
            let place = Int(slots[slot])
            if place == 0 || isToken(place - 1, text, range) { return slot }
            slot = (slot + 1) & mask
        }
    }

    @inline(__always)
    private func isToken(_ place: Int, _ text: [UInt8], _ range: Range<Int>) -> Bool {
        let start = place == 0 ? 0 : ends[place - 1]
        guard ends[place] - start == range.count else { return false }
        var index = 0
        while index < range.count {
            if bytes[start + index] != text[range.lowerBound + index] { return false }
            index += 1
        }
        return true
    }

    private mutating func grow() {
        slots = [Int32](repeating: 0, count: 2 * slots.count)
        for place in 0..<count {
            let start = place == 0 ? 0 : ends[place - 1]
            var hash = ByteHash()
            for byte in bytes[start..<ends[place]] { hash.add(byte) }
            // All tokens differ, so the first free place is the token's.
            var slot = Int(truncatingIfNeeded: hash.value) & (slots.count - 1)
            while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
            slots[slot] = Int32(place + 1)
        }
    }
}
