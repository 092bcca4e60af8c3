// Loci, Apache License 2.0.

import Testing

@testable import LociCommand

@Suite struct OutputFormatTests {
    @Test(arguments: [
        (0, "0"), (7, "7"), (999, "999"), (1000, "1,000"), (-1000, "-1,000"), (1_234_567, "1,234,567"),
        (Int.max, "9,223,372,036,854,775,807"), (Int.min, "-9,223,372,036,854,775,808"),
    ])
    func count(value: Int, text: String) {
        #expect(Format.count(value) == text)
    }

    @Test(arguments: [
        (0, 0, "0"), (0.5, 0, "1"), (0.97, 3, "0.970"), (-0.001, 2, "0.00"), (-1.25, 1, "-1.3"), (0.999, 2, "1.00"),
        (12345.678, 2, "12345.68"), (1e30, 2, "1e+30"), (.infinity, 2, "inf"), (.nan, 2, "nan"), (0.25, -3, "0"),
        (0.1, 99, "0.100000000000000"), (9_007_199_254_740_992, 0, "9007199254740992"),
    ])
    func decimal(value: Double, places: Int, text: String) {
        #expect(Format.decimal(value, places: places) == text)
    }

    @Test(arguments: [
        (0, "0 B"), (999, "999 B"), (1000, "1.00 kB"), (-1500, "-1.50 kB"), (1_234_567, "1.23 MB"),
        (9_994_999, "9.99 MB"), (9_995_000, "10.0 MB"), (99_949_000, "99.9 MB"), (123_456_789, "123 MB"),
        (999_499_999, "999 MB"), (999_500_000, "1.00 GB"), (Int.max, "9.22 EB"), (Int.min, "-9.22 EB"),
    ])
    func bytes(value: Int, text: String) {
        #expect(Format.bytes(value) == text)
    }

    @Test(arguments: [
        (0, "0 ns"), (-3, "0 ns"), (850e-9, "850 ns"), (999.6e-9, "1.0 µs"), (1.24e-6, "1.2 µs"), (3.4e-3, "3.4 ms"),
        (0.1234, "123 ms"), (0.9996, "1.0 s"), (5.6, "5.6 s"), (59.94, "59.9 s"), (59.96, "1 min 00 s"),
        (125, "2 min 05 s"), (3599.6, "1 h 00 min"), (3720, "1 h 02 min"), (86_399.7, "1 d 00 h"),
        (273_600, "3 d 04 h"), (1e300, "-"), (.infinity, "-"), (.nan, "-"),
    ])
    func duration(seconds: Double, text: String) {
        #expect(Format.duration(seconds: seconds) == text)
    }

    @Test func durationType() {
        #expect(Format.duration(.milliseconds(3) + .microseconds(400)) == "3.4 ms")
        #expect(Format.duration(.nanoseconds(12)) == "12 ns")
    }

    @Test(arguments: [
        (0, "0.00/s"), (-1, "0.00/s"), (0.52, "0.52/s"), (54.84, "54.8/s"), (99.96, "100/s"), (3612.4, "3,612/s"),
        (.nan, "-"), (.infinity, "-"), (1e300, "-"),
    ])
    func rate(value: Double, text: String) {
        #expect(Format.rate(value) == text)
    }

    @Test func widthOfText() {
        #expect(TextWidth.columns("loci") == 4)
        #expect(TextWidth.columns("naïve") == 5)
        #expect(TextWidth.columns("nai\u{308}ve") == 5)
        #expect(TextWidth.columns("検索") == 4)
        #expect(TextWidth.columns("한글 ok") == 7)
        #expect(TextWidth.columns("🙂") == 2)
        #expect(TextWidth.columns("████▌") == 5)
    }

    @Test func truncation() {
        #expect(TextWidth.truncated("collection", to: 10) == "collection")
        #expect(TextWidth.truncated("collection", to: 9) == "collecti…")
        #expect(TextWidth.truncated("collection", to: 1) == "…")
        #expect(TextWidth.truncated("collection", to: 0) == "")
        // A wide character that would fill the column of the ellipsis is left out whole.
        #expect(TextWidth.truncated("検索検索", to: 4) == "検…")
        for limit in 0..<12 {
            #expect(TextWidth.columns(TextWidth.truncated("a検b索c検d索", to: limit)) <= limit)
        }
    }

    @Test func controlCharactersAreShown() {
        #expect(TextWidth.printable("plain ünïcode 検索") == "plain ünïcode 検索")
        #expect(TextWidth.printable("a\nb\tc\rd") == "a\\nb\\tc\\rd")
        #expect(TextWidth.printable("a\r\nb") == "a\\r\\nb")
        #expect(TextWidth.printable("\u{1B}[2J") == "\\u{1B}[2J")
        #expect(TextWidth.printable("\u{9B}31m\u{202E}x\u{0}") == "\\u{9B}31m\\u{202E}x\\u{0}")
    }
}
