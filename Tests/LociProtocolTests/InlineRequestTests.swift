// Loci, Apache License 2.0.

import Testing

@testable import LociProtocol

/// Quotes and blanks of typed requests. What is expected was seen from Redis.
@Suite struct InlineRequestTests {
    @Test(arguments: [
        ("PING\n", ["PING"]),
        ("   PING   \r\n", ["PING"]),
        ("PING\r\r\n", ["PING"]),
        (#""PING""#, ["PING"]),
        (#"PI"NG""#, ["PING"]),
        (#"'PI\'NG' x"#, ["PI'NG", "x"]),
        (#"ECHO 'a\'b\n'"#, ["ECHO", #"a'b\n"#]),
        (#"ECHO "\x41\n\r\t\b\a\\\"\q\xg1""#, ["ECHO", "A\n\r\t\u{8}\u{7}\\\"qxg1"]),
        (#"ECHO "a\x4""#, ["ECHO", "ax4"]),
        (#"ECHO """#, ["ECHO", ""]),
        (#"ECHO '' """#, ["ECHO", "", ""]),
        (#"ECHO a\nb"#, ["ECHO", #"a\nb"#]),
        ("ECHO a'b c'", ["ECHO", "ab c"]),
        ("ECHO\ta\tb", ["ECHO", "a", "b"]),
        ("ECHO\u{B}a", ["ECHO\u{B}a"]),
        ("\"ECHO\"\u{B} \u{C}a", ["ECHO", "a"]),
        ("nosuch x y", ["nosuch", "x", "y"]),
    ])
    func words(line: String, expected: [String]) {
        let received = ReceivedRequests(line.hasSuffix("\n") ? line : line + "\r\n")
        #expect(received.words == [expected])
        #expect(received.error == nil)
    }

    @Test(arguments: [
        #"ECHO "abc"#, "ECHO 'abc", #"ECHO "a"b"#, "ECHO 'a'b", #""PI"NG"#, #"ECHO "a\"#, #"ECHO "a\""#, #"ECHO 'a\'"#,
        #"ECHO "a"'b'"#, "\"",
    ])
    func unbalancedQuotes(line: String) {
        let received = ReceivedRequests(line + "\r\nPING\r\n")
        #expect(received.requests == [])
        #expect(received.error?.replyLine == "ERR Protocol error: unbalanced quotes in request")
    }

    /// Redis waits for ever for the end of a line that has a zero byte.
    @Test func aZeroByteIsAByte() {
        #expect(ReceivedRequests("ECHO a\0b \"\0\"\r\n").words == [["ECHO", "a\0b", "\0"]])
    }
}
