// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociProtocol

/// Random requests. `LOCI_TEST_SEED` repeats a run, `LOCI_TEST_ITERATIONS` lengthens it.
@Suite struct RequestPropertyTests {
    @Test func whatIsSentIsReceived() {
        var generator = SeededGenerator()
        for _ in 0..<TestSettings.iterations(500) {
            let sent = (0..<1 + generator.below(4)).map { _ in generator.arguments() }
            var bytes: [UInt8] = []
            for arguments in sent {
                if generator.below(3) == 0 {
                    bytes += Array(["\r\n", "*0\r\n", "*-1\r\n", " \n"][generator.below(4)].utf8)
                }
                bytes +=
                    generator.below(2) == 0
                    ? generator.multibulk(arguments: arguments) : generator.inline(arguments: arguments)
            }
            let whole = ReceivedRequests(bytes)
            #expect(whole.requests == sent && whole.error == nil, "\(generator): \(bytes)")
            #expect(ReceivedRequests(bytes, cuts: 0..<bytes.count) == whole, "\(generator): \(bytes)")
            for cut in 0..<bytes.count {
                #expect(ReceivedRequests(bytes, cuts: [cut]) == whole, "\(generator): cut at \(cut) of \(bytes)")
            }
        }
    }

    /// Whatever comes: requests or an error, the same in whichever pieces, and no more held than the limits say.
    @Test func damagedRequestsAreReadOrRefused() {
        var generator = SeededGenerator(fresh: #function)
        var limits = RequestLimits()
        limits.bulkBytes = 64
        limits.arguments = 8
        limits.lineBytes = 32
        limits.requestBytes = 120
        limits.unauthenticatedBulkBytes = 16
        limits.unauthenticatedArguments = 4
        let pieces = [
            "*", "$", "\r\n", "\n", "\r", "-1", "0", "1", "3", "9", "64", "65", "9223372036854775807", "\"", "'", "\\x",
            " ",
            "POST", "Host:", "*3\r\n$1\r\na\r\n", "*8\r\n", "$8\r\n", "\0", "+", "*2\r\n$64\r\n",
        ].map { Array($0.utf8) }
        var accepted = 0
        var refused = 0
        for round in 0..<TestSettings.iterations(3_000) {
            var bytes: [UInt8] = []
            switch round % 3 {
            case 0: bytes = generator.bytes(generator.below(200))
            case 1: for _ in 0..<generator.below(40) { bytes += pieces[generator.below(pieces.count)] }
            default:
                for _ in 0...generator.below(3) { bytes += generator.multibulk(arguments: generator.arguments()) }
                generator.damage(&bytes, with: pieces)
            }
            let isAuthenticated = generator.below(4) > 0
            let whole = ReceivedRequests(bytes, limits: limits, isAuthenticated: isAuthenticated)
            let single = ReceivedRequests(
                bytes, cuts: 0..<bytes.count, limits: limits, isAuthenticated: isAuthenticated)
            #expect(whole == single, "\(generator): \(bytes)")
            #expect(single.mostHeld <= limits.requestBytes + limits.lineBytes, "\(generator): \(bytes)")
            for request in whole.requests where request.count > limits.arguments {
                // Of inline requests only the line is limited.
                #expect(
                    request.reduce(request.count - 1) { $0 + $1.count } <= limits.lineBytes, "\(generator): \(bytes)")
            }
            accepted += whole.requests.count
            if let error = whole.error {
                refused += 1
                #expect(!error.description.isEmpty)
            }
        }
        #expect(accepted > 0 && refused > 0, "accepted \(accepted), refused \(refused)")
    }
}
