// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociProtocol

/// Numbers, words and vectors of arguments.
@Suite struct ArgumentTests {
    @Test(
        arguments: [
            ("0", 0), ("10", 10), ("-1", -1), ("9223372036854775807", .max), ("-9223372036854775808", .min),
            ("1000000000000000000", 1_000_000_000_000_000_000),
        ] as [(String, Int64)])
    func integers(text: String, expected: Int64) {
        #expect(ArgumentNumber.integer(text.utf8.span.bytes) == expected)
    }

    @Test(arguments: [
        "", "-", "+1", "-0", "00", "010", " 1", "1 ", "1.0", "1e1", "0x1", "a", "9223372036854775808",
        "-9223372036854775809",
        "99999999999999999999", "123456789012345678901", "1\0", "--1",
    ])
    func noIntegers(text: String) {
        #expect(ArgumentNumber.integer(text.utf8.span.bytes) == nil)
    }

    @Test(
        arguments: [
            ("1", 1), ("+1", 1), ("-1", -1), ("1.", 1), (".5", 0.5), ("-.5", -0.5), ("1e+5", 1e5), ("1E5", 1e5),
            ("1e-2", 0.01),
            ("007", 7), ("0", 0), ("0e999", 0), ("0.0e-999", 0), ("5e-324", .leastNonzeroMagnitude),
            ("1e-320", 2_024 * .leastNonzeroMagnitude),
            ("1.7976931348623157e308", 1.7976931348623157e308), ("0.1", 0.1),
            ("9007199254740993", 9_007_199_254_740_992),
            ("inf", .infinity), ("INF", .infinity), ("+inf", .infinity), ("-inf", -.infinity), ("Infinity", .infinity),
        ] as [(String, Double)])
    func doubles(text: String, expected: Double) {
        #expect(ArgumentNumber.double(text.utf8.span.bytes) == expected)
    }

    @Test(arguments: [
        "", "nan", "-nan", "NaN", " 1", "1 ", "0x10", "0x1p3", "1e", "1e+", "e5", ".", "-", "+", "--1", "1_0", "1d5",
        "infi",
        "1e400", "-1e400", "1e-400", "1\0", "1..2", "1.5.", "1e5.5", "1,5", "١", "nan(1)", "+-1",
    ])
    func noDoubles(text: String) {
        #expect(ArgumentNumber.double(text.utf8.span.bytes) == nil)
    }

    @Test func lengthOfDoubles() {
        #expect(ArgumentNumber.double(("0." + String(repeating: "1", count: 2_046)).utf8.span.bytes) != nil)
        #expect(ArgumentNumber.double(("0." + String(repeating: "1", count: 2_047)).utf8.span.bytes) == nil)
    }

    @Test func integersComeBack() {
        var generator = SeededGenerator()
        for _ in 0..<TestSettings.iterations(20_000) {
            let value = Int64(bitPattern: generator.next()) >> Int64(generator.below(64))
            #expect(ArgumentNumber.integer("\(value)".utf8.span.bytes) == value, "\(generator)")
        }
    }

    @Test func anyBytesAreNumbersOrNot() {
        var generator = SeededGenerator(fresh: #function)
        let letters = Array("0123456789+-.eEinfaxp ".utf8)
        for _ in 0..<TestSettings.iterations(20_000) {
            let bytes = (0..<generator.below(12)).map { _ in letters[generator.below(letters.count)] }
            if let value = ArgumentNumber.double(bytes.span.bytes) { #expect(!value.isNaN, "\(generator): \(bytes)") }
            if let value = ArgumentNumber.integer(bytes.span.bytes) {
                #expect("\(value)" == String(decoding: bytes, as: UTF8.self), "\(generator)")
            }
        }
    }

    private func isWord(_ text: String, _ word: StaticString) -> Bool { text.utf8.span.bytes.isWord(word) }

    @Test func words() {
        #expect(isWord("WithScores", "WITHSCORES"))
        #expect(isWord("WithScores", "withscores"))
        #expect(!isWord("WithScores", "WITHSCORE"))
        #expect(!isWord("WithScores", "WITHSCOREZ"))
        // Only letters have two cases: these differ by the same bit.
        #expect(!isWord("[", "{"))
        #expect(isWord("", ""))
    }

    @Test(arguments: [(0, nil), (3, nil), (4, 1), (6, nil), (3_072, 768), (262_144, 65_536), (262_148, nil), (-4, nil)])
    func dimensions(bytes: Int, expected: Int?) {
        #expect(FloatBlob.dimension(ofBytes: bytes) == expected)
    }

    @Test func floatsAtAnyAddress() {
        let floats: [Float] = [1, -0.5, .pi, .infinity, .leastNonzeroMagnitude]
        let blob = floats.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> (8 * $0)) } }
        for shift in 0..<8 {
            let bytes = [UInt8](repeating: 7, count: shift) + blob
            var read: [Float] = [9]
            #expect(FloatBlob.append(bytes.span.bytes.extracting(shift...), to: &read) == 5)
            #expect(read == [9] + floats)
        }
        var read: [Float] = []
        #expect(FloatBlob.append(blob.span.bytes.extracting(1...), to: &read) == nil)
        #expect(read == [])
    }
}
