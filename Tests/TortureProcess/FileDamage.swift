// Loci, Apache License 2.0.

import TestSupport

/// Ways to damage a database file.
enum FileDamage: CaseIterable {
    case bit, byte, zeros, noise, swappedPages, stalePage, truncation, chunk, chunkWithChecksum

    private static let page = 4096

    /// Damages a file.
    /// - Returns: Where.
    func apply(to file: inout [UInt8], _ generator: inout SeededGenerator) -> String {
        let pages = file.count / Self.page
        switch self {
        case .bit:
            let place = generator.below(file.count)
            file[place] ^= 1 << UInt8(generator.below(8))
            return "\(place)"
        case .byte:
            // In the first bytes of a page, or anywhere.
            let place = generator.below(pages) * Self.page + generator.below([20, 64, Self.page][generator.below(3)])
            file[place] ^= UInt8(1 + generator.below(255))
            return "\(place)"
        case .zeros, .noise:
            let length = [8, 64, 512, Self.page, 3 * Self.page][generator.below(5)]
            let place = generator.below(max(1, file.count - length)) / 8 * 8
            for index in place..<min(file.count, place + length) {
                file[index] = self == .zeros ? 0 : UInt8(truncatingIfNeeded: generator.next())
            }
            return "\(place) +\(length)"
        case .swappedPages:
            let (first, second) = (generator.below(pages), generator.below(pages))
            for index in 0..<Self.page { file.swapAt(first * Self.page + index, second * Self.page + index) }
            return "pages \(first) and \(second)"
        case .stalePage:
            let (from, to) = (generator.below(pages), generator.below(pages))
            for index in 0..<Self.page { file[to * Self.page + index] = file[from * Self.page + index] }
            return "page \(to) is \(from)"
        case .truncation:
            let length = generator.below(2) == 0 ? generator.below(file.count) : file.count - 1 - generator.below(9_000)
            file.removeLast(file.count - length)
            return "at \(length)"
        case .chunk, .chunkWithChecksum:
            let chunks = Self.chunks(in: file)
            guard !chunks.isEmpty else { return "nowhere" }
            let chunk = chunks[generator.below(chunks.count)]
            for _ in 0...generator.below(3) {
                let place =
                    chunk.lowerBound + (generator.below(4) == 0 ? generator.below(48) : generator.below(chunk.count))
                if generator.below(2) == 0 {
                    file[place] ^= 1 << UInt8(generator.below(8))
                } else {
                    file[place] = [0, 0xFF, 0x7F, 0x80][generator.below(4)]
                }
            }
            if self == .chunkWithChecksum { Self.makeRight(chunk, in: &file) }
            return "chunk at \(chunk)"
        }
    }

    /// The headers and contents of chunks on pages of their own: by LMDB's mark of an overflow page and the chunk's.
    private static func chunks(in file: [UInt8]) -> [Range<Int>] {
        func number(_ offset: Int, _ bytes: Int) -> Int {
            (0..<bytes).reduce(0) { $0 | Int(file[offset + $1]) << (8 * $1) }
        }
        var chunks: [Range<Int>] = []
        var index = 2
        while (index + 1) * page <= file.count {
            let start = index * page
            guard number(start + 10, 2) == 4, number(start, 8) == index, file[start + 17] == 0x4C else {
                index += 1
                continue
            }
            let (stride, records) = (number(start + 28, 4), number(start + 32, 4))
            let identifiers = file[start + 16] == 5 ? 4 * (records + 1) + number(start + 64 + 4 * records, 4) : 0
            let end = start + 64 + (file[start + 16] == 5 ? identifiers : stride * records)
            if end <= file.count { chunks.append(start + 16..<end) }
            index += max(1, number(start + 12, 4))
        }
        return chunks
    }

    /// Writes the checksum that what is there now should have.
    private static func makeRight(_ chunk: Range<Int>, in file: inout [UInt8]) {
        for index in 20..<24 { file[chunk.lowerBound + index] = 0 }
        var checksum: UInt32 = .max
        for byte in file[chunk] {
            checksum ^= UInt32(byte)
            for _ in 0..<8 { checksum = checksum & 1 == 1 ? checksum >> 1 ^ 0xEDB8_8320 : checksum >> 1 }
        }
        for index in 0..<4 {
            file[chunk.lowerBound + 20 + index] = UInt8(truncatingIfNeeded: ~checksum >> (8 * UInt32(index)))
        }
    }
}
