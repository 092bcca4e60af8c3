// Loci, Apache License 2.0.

import LociWords

/// What a recall needs to know of a unit, so that it need not read texts: in a namespace's records under
/// ``NamespaceKeys/words(of:)``, little-endian:
///
///     offset size
///          0    2  how many content words the text has, with who said it; at most 65,535
///          2    2  twice how many it says: words of questions count half, who said it does not
///          4    1  importance, in steps of 1/200
///          5    1  bit 0: pinned; the others are zero
///          6    2  zero
///          8    8  when it happened, or was written where nobody knows, f64
///         16  5·n  n different terms, in the order of their hashes: the hash u32, and how often the text has it u8
///
/// A hash is the low half of ``TextHash``. Two terms of one hash count as one: among the words of some turns that happens
/// once in a hundred million pairs.
struct UnitWords: Equatable {
    /// A term, and how often it is there.
    struct Term: Equatable {
        let hash: UInt32
        let count: UInt8
    }

    private static let headerBytes = 16
    private static let termBytes = 5
    private static let importanceSteps = 200.0

    let length: Int
    /// Twice how many it says.
    let statements: Int
    let importance: Double
    let isPinned: Bool
    let time: Double
    let terms: [Term]

    /// The words of a unit.
    init(of unit: MemoryUnit, _ analyser: borrowing WordAnalyser) throws(WordsError) {
        let words = try ContentWords(unit.spokenText, analyser).words
        var counts: [UInt32: Int] = [:]
        for word in words { counts[Self.hash(word.term), default: 0] += 1 }
        length = words.count
        terms = counts.sorted { $0.key < $1.key }.map { Term(hash: $0.key, count: UInt8(clamping: $0.value)) }
        statements = try Self.statements(unit.text, analyser)
        (importance, isPinned, time) = (unit.importance, unit.isPinned, unit.time ?? unit.written)
    }

    static func hash(_ term: [UInt8]) -> UInt32 { UInt32(truncatingIfNeeded: TextHash.hash(term)) }

    /// Twice how many content words a text has, where those of questions count half. A sentence ends with points, marks or a line.
    private static func statements(_ text: String, _ analyser: borrowing WordAnalyser) throws(WordsError) -> Int {
        guard text.utf8.contains(UInt8(ascii: "?")) else { return 2 * (try ContentWords(text, analyser).words.count) }
        var count = 0
        var (sentence, isEnding) = ("", false)
        func add(_ sentence: String) throws(WordsError) {
            count += try ContentWords(sentence, analyser).words.count * (sentence.contains("?") ? 1 : 2)
        }
        for character in text {
            let ends = character == "." || character == "!" || character == "?" || character.isNewline
            if isEnding, !ends {
                try add(sentence)
                sentence = ""
            }
            isEnding = ends
            sentence.append(character)
        }
        try add(sentence)
        return count
    }

    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.headerBytes + Self.termBytes * terms.count)
        func append(_ value: some FixedWidthInteger) { Swift.withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
        append(UInt16(clamping: length))
        append(UInt16(clamping: statements))
        append(UInt8((importance * Self.importanceSteps).rounded()))
        append(UInt8(isPinned ? 1 : 0))
        append(UInt16(0))
        append(time.bitPattern)
        for term in terms {
            append(term.hash)
            append(term.count)
        }
        return bytes
    }

    /// What a recall takes of a record beside the terms.
    struct Header: Equatable {
        var length = 0
        /// How many words it says; those of questions count half.
        var statements = 0.0
        var importance = UnitAttributes.standardImportance
        var isPinned = false
        var time = 0.0
    }

    /// Reads a record, and appends how often the unit has each of some terms.
    /// - Parameters:
    ///   - bytes: A record.
    ///   - hashes: Of the terms, rising.
    /// - Throws: `MemoryError.corrupt`.
    static func read(_ bytes: RawSpan, _ hashes: [UInt32], into counts: inout [UInt8]) throws(MemoryError) -> Header {
        let count = bytes.byteCount - headerBytes
        guard count >= 0, count % termBytes == 0 else {
            throw MemoryError.corrupt("the words of a unit have \(bytes.byteCount) bytes")
        }
        let start = counts.count
        for _ in hashes { counts.append(0) }
        return bytes.withUnsafeBytes { bytes in
            func number<Number: FixedWidthInteger>(_ offset: Int, _: Number.Type) -> Number {
                Number(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Number.self))
            }
            var wanted = 0
            var offset = headerBytes
            while wanted < hashes.count, offset < bytes.count {
                let hash = number(offset, UInt32.self)
                while wanted < hashes.count, hashes[wanted] < hash { wanted += 1 }
                if wanted < hashes.count, hashes[wanted] == hash { counts[start + wanted] = bytes[offset + 4] }
                offset += termBytes
            }
            return Header(
                length: Int(number(0, UInt16.self)), statements: Double(number(2, UInt16.self)) / 2,
                importance: Double(bytes[4]) / importanceSteps, isPinned: bytes[5] & 1 == 1,
                time: Double(bitPattern: number(8, UInt64.self)))
        }
    }

    /// How many content words a record says that its unit has.
    /// - Throws: `MemoryError.corrupt`.
    static func length(_ bytes: RawSpan) throws(MemoryError) -> Int {
        var none: [UInt8] = []
        return try read(bytes, [], into: &none).length
    }
}
