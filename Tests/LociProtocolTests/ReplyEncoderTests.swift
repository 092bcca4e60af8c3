// Loci, Apache License 2.0.

import Testing

@testable import LociProtocol

/// What goes over the wire, in both versions. What is expected was seen from Redis.
@Suite struct ReplyEncoderTests {
    private func written(_ version: ProtocolVersion, _ write: (inout ReplyEncoder) -> Void) -> String {
        var encoder = ReplyEncoder(version: version)
        write(&encoder)
        return String(decoding: encoder.bytes, as: UTF8.self)
    }

    private func expect(
        _ older: String, _ newer: String, at location: SourceLocation = #_sourceLocation,
        _ write: (inout ReplyEncoder) -> Void
    ) {
        #expect(written(.resp2, write) == older, sourceLocation: location)
        #expect(written(.resp3, write) == newer, sourceLocation: location)
    }

    @Test func types() {
        expect("+OK\r\n", "+OK\r\n") { $0.simple("OK".utf8) }
        expect("-ERR no\r\n", "-ERR no\r\n") { $0.error("ERR no".utf8) }
        expect(":12345\r\n", ":12345\r\n") { $0.integer(12_345) }
        expect(":-9223372036854775808\r\n", ":-9223372036854775808\r\n") { $0.integer(.min) }
        expect("$11\r\nHello World\r\n", "$11\r\nHello World\r\n") { $0.bulk("Hello World") }
        expect("$0\r\n\r\n", "$0\r\n\r\n") { $0.bulk("") }
        expect("$4\r\na\r\nb\r\n", "$4\r\na\r\nb\r\n") { $0.bulk(Array("a\r\nb".utf8).span.bytes) }
        expect("$-1\r\n", "_\r\n") { $0.null() }
        expect("*-1\r\n", "_\r\n") { $0.nullArray() }
        expect("*0\r\n", "*0\r\n") { $0.array(0) }
        expect(":1\r\n:0\r\n", "#t\r\n#f\r\n") {
            $0.boolean(true)
            $0.boolean(false)
        }
        expect("$5\r\n3.141\r\n", ",3.141\r\n") { $0.double(3.141) }
        expect("$3\r\ninf\r\n$4\r\n-inf\r\n$3\r\nnan\r\n", ",inf\r\n,-inf\r\n,nan\r\n") {
            $0.double(.infinity)
            $0.double(-.infinity)
            $0.double(.nan)
        }
        let digits = "1234567999999999999999999999999999999"
        expect("$37\r\n\(digits)\r\n", "(\(digits)\r\n") { $0.bigNumber(digits) }
        expect("$25\r\nThis is a verbatim\nstring\r\n", "=29\r\ntxt:This is a verbatim\nstring\r\n") {
            $0.verbatim(.text, "This is a verbatim\nstring")
        }
    }

    @Test func aggregates() {
        expect("*2\r\n:0\r\n:1\r\n", "*2\r\n:0\r\n:1\r\n") {
            $0.array(2)
            for value in 0..<2 { $0.integer(Int64(value)) }
        }
        expect("*4\r\n:0\r\n:0\r\n:1\r\n:1\r\n", "%2\r\n:0\r\n#f\r\n:1\r\n#t\r\n") {
            $0.map(2)
            $0.integer(0)
            $0.boolean(false)
            $0.integer(1)
            $0.boolean(true)
        }
        expect("*1\r\n:0\r\n", "~1\r\n:0\r\n") {
            $0.set(1)
            $0.integer(0)
        }
        expect("*1\r\n$1\r\na\r\n", ">1\r\n$1\r\na\r\n") {
            $0.push(1)
            $0.bulk("a")
        }
    }

    @Test func endsOfLinesInLinesBecomeBlanks() {
        expect("-ERR a  b c\r\n", "-ERR a  b c\r\n") { $0.error("ERR a\r\nb\nc".utf8) }
        expect("+a  b c\r\n", "+a  b c\r\n") { $0.simple("a\r\nb\nc".utf8) }
    }

    @Test func aByteThatIsNoTextIsRepeatedAsItIs() throws {
        var encoder = ReplyEncoder()
        encoder.error(try #require(ProtocolError.bulkExpected(found: 0xFF).replyText))
        #expect(encoder.bytes == Array("-ERR Protocol error: expected '$', got '".utf8) + [0xFF] + Array("'\r\n".utf8))
    }

    @Test func theVersionMayChangeInBetween() {
        #expect(
            written(.resp2) {
                $0.null()
                $0.version = .resp3
                $0.null()
            } == "$-1\r\n_\r\n")
    }

    @Test(arguments: [
        (0, "0"), (-0.0, "-0"), (1, "1"), (-1, "-1"), (0.1, "0.1"), (-1.5, "-1.5"), (1e5, "100000"),
        (1e15, "1000000000000000"), (1e18, "1000000000000000000"), (4.6e18, "4600000000000000000"),
        (4_611_686_018_427_387_904, "4611686018427387904"), (4_611_686_018_427_388_928, "4611686018427389000"),
        (-4_611_686_018_427_388_928, "-4611686018427389000"), (9_223_372_036_854_775_808, "9223372036854776000"),
        (4.7e18, "4.7e+18"), (1e19, "1e+19"), (1.5e19, "1.5e+19"), (12_345_678_901_234_567_168, "12345678901234567000"),
        (123_456_789_012_345_683_968, "123456789012345680000"), (1.2345678e25, "1.2345678e+25"), (1e100, "1e+100"),
        (1.7976931348623157e308, "1.7976931348623157e+308"), (.leastNonzeroMagnitude, "5e-324"),
        (2.2250738585072014e-308, "2.2250738585072014e-308"),
        (1e-2, "0.01"), (1e-5, "0.00001"), (1e-6, "0.000001"), (1e-7, "1e-7"), (1.5e-5, "0.000015"), (1.5e-6, "1.5e-6"),
        (1.23456e-5, "1.23456e-5"), (0.0012345678, "0.0012345678"), (0.00012345678, "1.2345678e-4"),
        (0.00123456, "0.00123456"), (0.000123456, "1.23456e-4"), (1234.567890123456, "1234.567890123456"),
        (12345.678901, "12345.678901"), (12345.67890123, "1.234567890123e+4"), (123456.7890123, "1.234567890123e+5"),
        (99_999_999.5, "99999999.5"), (0.1234567890123456, "0.1234567890123456"), (1_234_567.125, "1234567.125"),
        (3.141592653589793, "3.141592653589793"), (1e-300, "1e-300"),
        (0.000012345678901234567, "1.2345678901234568e-5"),
    ])
    func doubles(value: Double, expected: String) {
        #expect(written(.resp3) { $0.double(value) } == ",\(expected)\r\n")
    }
}
