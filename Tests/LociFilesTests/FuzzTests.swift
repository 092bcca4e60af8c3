// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociFiles

/// Damages small valid files of every format: reading must return or throw, and hold no more than the file can fill.
///
/// `LOCI_TEST_SEED` repeats a run, `LOCI_FUZZ_ITERATIONS` lengthens it.
@Suite struct FuzzTests {
    @Test func damagedFilesAreReadOrRefused() throws {
        let iterations = TestSettings.iterations(200, from: "LOCI_FUZZ_ITERATIONS")
        var generator = SeededGenerator(fresh: #function)
        let seed = generator.seed
        let folder = try TemporaryFolder()
        var accepted = 0
        var refused = 0
        for sample in try Sample.all() {
            for _ in 0..<iterations {
                let damaged = damage(sample.bytes, using: &generator)
                let path = try folder.write(sample.name, damaged)
                do {
                    let file = try VectorFile.open(path)
                    // Gzip inflates a byte to 1,032 at most; the other formats have a byte or more for each value.
                    let (values, overflow) = file.count.multipliedReportingOverflow(by: file.dimension)
                    #expect(!overflow && values <= damaged.count * 1_032, "\(sample.name), seed \(seed)")
                    for row in 0..<file.count {
                        #expect(try file.row(row).count == file.dimension, "\(sample.name), seed \(seed)")
                    }
                    accepted += 1
                } catch {
                    check(error, seed)
                    refused += 1
                }
                do { _ = try IntegerMatrix.read(path) } catch { check(error, seed) }
                do { _ = try IdentifierFile.read(path) } catch { check(error, seed) }
            }
        }
        // Both must happen, or the damage is not worth its name.
        #expect(accepted > 0 && refused > accepted / 10, "accepted \(accepted), refused \(refused), seed \(seed)")
    }

    private func check(_ error: any Error, _ seed: UInt64) {
        #expect(error is VectorFileError, "seed \(seed)")
        #expect(!"\(error)".contains { $0.isNewline }, "seed \(seed): \(error)")
    }

    private func damage(_ bytes: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let position = Int.random(in: 0...bytes.count, using: &generator)
            switch Int.random(in: 0..<7, using: &generator) {
            case 0 where position < bytes.count:
                bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 1 where position < bytes.count:
                bytes[position] = UInt8.random(in: 0...255, using: &generator)
            case 2:
                bytes.removeLast(bytes.count - position)
            case 3:
                bytes += (0..<Int.random(in: 1...40, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
            case 4:
                let end = min(bytes.count, position + Int.random(in: 0...8, using: &generator))
                bytes.replaceSubrange(position..<end, with: huge(using: &generator))
            case 5:
                let start = Int.random(in: 0...position, using: &generator)
                bytes.insert(
                    contentsOf: bytes[start..<position], at: Int.random(in: 0...bytes.count, using: &generator))
            default:
                let header = min(bytes.count, 16)
                let start = Int.random(in: 0...header, using: &generator)
                bytes.replaceSubrange(start..<min(bytes.count, start + 4), with: huge(using: &generator).prefix(4))
            }
        }
        return bytes
    }

    /// Numbers at the edges of what 32 and 64 bits hold, in binary of either order and in digits.
    private func huge(using generator: inout SeededGenerator) -> [UInt8] {
        let numbers: [UInt64] = [
            0, 1, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 65_536, 65_537, 1 << 62, UInt64(Int64.max), 1 << 63, .max,
        ]
        let number = numbers[Int.random(in: 0..<numbers.count, using: &generator)]
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: return LociFilesTests.bytes(number)
        case 1: return LociFilesTests.bytes(UInt32(truncatingIfNeeded: number))
        case 2: return bigEndian(UInt32(truncatingIfNeeded: number))
        default: return Array(String(number).utf8)
        }
    }
}
