// Loci, Apache License 2.0.

import LociProtocol
import TestSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A connection that sends bytes and waits for replies.
final class TestClient {
    private let socket: Int32
    private var decoder = ReplyDecoder()
    private var received: [UInt8] = []
    /// No wait of a test is meant to end by it.
    private static let patience = 60

    init(port: Int) throws {
        #if canImport(Glibc)
        let stream = Int32(SOCK_STREAM.rawValue)
        #else
        let stream = SOCK_STREAM
        #endif
        socket = Self.open(stream)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var patience = timeval(tv_sec: Self.patience, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let socket = socket
        let outcome = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard outcome == 0 else { throw TestFailure("no connection to port \(port): \(errno)") }
    }

    private static func open(_ type: Int32) -> Int32 {
        #if canImport(Glibc)
        Glibc.socket(AF_INET, type, 0)
        #elseif canImport(Musl)
        Musl.socket(AF_INET, type, 0)
        #else
        Darwin.socket(AF_INET, type, 0)
        #endif
    }

    deinit { close(socket) }

    /// Sends bytes as they are.
    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            #if canImport(Glibc)
            let flags = Int32(MSG_NOSIGNAL)
            #else
            let flags: Int32 = 0
            #endif
            let sent = rest.withUnsafeBytes { sendBytes($0, flags) }
            guard sent > 0 else { throw TestFailure("the connection is closed") }
            rest = rest.dropFirst(sent)
        }
    }

    private func sendBytes(_ bytes: UnsafeRawBufferPointer, _ flags: Int32) -> Int {
        #if canImport(Glibc)
        Glibc.send(socket, bytes.baseAddress, bytes.count, flags)
        #elseif canImport(Musl)
        Musl.send(socket, bytes.baseAddress, bytes.count, flags)
        #else
        Darwin.send(socket, bytes.baseAddress, bytes.count, flags)
        #endif
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Says that nothing more is sent.
    func finishSending() { shutdown(socket, Int32(SHUT_WR)) }

    /// The next reply; nil once the connection is closed.
    func reply() throws -> Reply? {
        while true {
            let bytes = received
            let step = try decoder.next(in: bytes.span.bytes)
            switch step {
            case .reply(let reply, let consumed):
                received.removeFirst(consumed)
                return reply
            case .needMore(let consumed):
                received.removeFirst(consumed)
                guard try receive() else { return nil }
            }
        }
    }

    /// Waits until the connection is closed.
    func isClosed() throws -> Bool { try reply() == nil }

    /// All that comes until the connection is closed, as text.
    func rest() throws -> String {
        while try receive() {}
        return String(decoding: received, as: UTF8.self)
    }

    private func receive() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(socket, &buffer, buffer.count, 0)
        if count == 0 { return false }
        guard count > 0 else {
            if errno == ECONNRESET { return false }
            throw TestFailure("nothing came for \(Self.patience) seconds")
        }
        received += buffer[..<count]
        return true
    }

    /// A request as clients send it.
    static func request(_ arguments: [[UInt8]]) -> [UInt8] {
        var bytes = Array("*\(arguments.count)\r\n".utf8)
        for argument in arguments { bytes += Array("$\(argument.count)\r\n".utf8) + argument + Array("\r\n".utf8) }
        return bytes
    }

    /// Sends a command, without waiting for its reply.
    func begin(_ arguments: [String]) throws { try send(Self.request(arguments.map { Array($0.utf8) })) }

    /// Runs a command that is written with blanks between its words.
    func call(_ line: String) throws -> Reply { try call(line.split(separator: " ").map(String.init)) }

    /// Runs a command.
    func call(_ arguments: [String]) throws -> Reply { try call(arguments.map { Array($0.utf8) }) }

    /// Runs a command.
    func call(_ arguments: [[UInt8]]) throws -> Reply {
        try send(Self.request(arguments))
        guard let reply = try reply() else { throw TestFailure("the connection was closed") }
        return reply
    }
}

extension Reply {
    /// A reply that is a string of these bytes.
    static func text(_ text: String) -> Reply { .bulk(Array(text.utf8)) }

    var isError: Bool { if case .error = self { true } else { false } }

    /// The elements of an array.
    var elements: [Reply] { if case .array(let elements) = self { elements } else { [] } }

    /// The bytes of a string, as text.
    var string: String? {
        switch self {
        case .bulk(let bytes): String(decoding: bytes, as: UTF8.self)
        case .simple(let text), .error(let text): text
        default: nil
        }
    }
}

/// A vector as `FP32`.
func blob(_ vector: [Float]) -> [UInt8] {
    vector.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
}

/// Whether a reply is a number near to another.
func isNear(_ reply: Reply?, _ value: Double, within tolerance: Double = 1e-5) -> Bool {
    let number: Double? =
        switch reply {
        case .double(let number): number
        case .integer(let number): Double(number)
        case let other: other?.string.flatMap(Double.init)
        }
    return number.map { abs($0 - value) <= tolerance } ?? false
}
