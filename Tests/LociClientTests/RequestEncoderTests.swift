// Loci, Apache License 2.0.

import LociProtocol
import NIOCore
import Testing

@testable import LociClient

/// Requests as servers read them.
@Suite struct RequestEncoderTests {
    @Test func bytes() {
        var requests = RequestEncoder()
        requests.request("PING")
        requests.begin(arguments: 3)
        requests.argument("é\r\n")
        requests.argument([0, 255])
        requests.argument(-12)
        #expect(requests.count == 2)
        let expected =
            Array("*1\r\n$4\r\nPING\r\n*3\r\n$4\r\né\r\n\r\n$2\r\n".utf8) + [0, 255] + Array("\r\n$3\r\n-12\r\n".utf8)
        #expect(Array(requests.bytes.readableBytesView) == expected)
    }

    @Test func aVectorIsReadAsItWas() throws {
        let vector: [Float] = [0, -1.5, .pi, .leastNonzeroMagnitude, -.infinity]
        var requests = RequestEncoder()
        requests.begin(arguments: 2)
        requests.argument("VSIM")
        requests.blob(vector)
        var decoder = RequestDecoder(isAuthenticated: true)
        let bytes = Array(requests.bytes.readableBytesView)
        guard case .request(let request, bytes.count) = try decoder.next(in: bytes.span.bytes) else {
            Issue.record("no whole request")
            return
        }
        var read: [Float] = []
        let dimension = request.withArguments(in: bytes.span.bytes) { source, arguments in
            FloatBlob.append(source.extracting(arguments[1]), to: &read)
        }
        #expect(dimension == vector.count && read == vector)
    }

    @Test func handshakes() throws {
        func sent(_ address: String, _ version: ProtocolVersion) throws -> String {
            let requests = Handshake.requests(to: try ServerAddress(parsing: address), version)
            return String(buffer: requests.bytes).split(separator: "\r\n").filter { !"*$".contains($0.first ?? "*") }
                .joined(separator: " ")
        }
        #expect(try sent("redis://h", .resp2) == "")
        #expect(try sent("redis://:p@h", .resp2) == "AUTH p")
        #expect(try sent("redis://me:p@h", .resp2) == "AUTH me p")
        #expect(try sent("redis://h", .resp3) == "HELLO 3")
        #expect(try sent("redis://:p@h", .resp3) == "HELLO 3 AUTH default p")
        #expect(try sent("redis://me:p@h", .resp3) == "HELLO 3 AUTH me p")
    }
}
