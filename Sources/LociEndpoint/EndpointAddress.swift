// Loci, Apache License 2.0.

/// Where a server is: `http://host:port/v1`, or the same with `https`.
struct EndpointAddress: Sendable, Hashable, CustomStringConvertible {
    private static let maximumBytes = 2_048

    /// The address as requests begin, without a slash at the end.
    let description: String
    /// Whether what is sent can be read on the way.
    let isEncrypted: Bool
    /// Whether the server is on this machine.
    let isLocal: Bool

    /// - Parameter text: The address up to and with `/v1`, which is added where there is no path.
    /// - Throws: `EndpointError.badAddress`, which does not show the address where it might have a password.
    init(_ text: String) throws(EndpointError) {
        func fail(_ reason: String) -> EndpointError { .badAddress(reason: reason) }
        guard text.utf8.count <= Self.maximumBytes else {
            throw fail("it has \(text.utf8.count) bytes, and \(Self.maximumBytes) is the limit")
        }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw fail("it has blanks, control characters or such as are not ASCII")
        }
        let scheme = text.prefix { $0 != ":" }.lowercased()
        guard scheme == "http" || scheme == "https", text.dropFirst(scheme.count).hasPrefix("://") else {
            throw fail("it begins with neither http:// nor https://")
        }
        let rest = text.dropFirst(scheme.count + 3)
        guard !rest.contains("@") else {
            throw fail("it has a user or a password in it; put the key into an environment variable")
        }
        guard !rest.contains("?"), !rest.contains("#") else { throw fail("it has a ? or # in it") }
        let authority = rest.prefix { $0 != "/" }
        var path = rest.dropFirst(authority.count)
        while path.last == "/" { path.removeLast() }
        let (host, port) = try Self.parts(of: authority)
        isEncrypted = scheme == "https"
        isLocal = host == "localhost" || host == "[::1]" || Self.isLoopback(host)
        description = "\(scheme)://\(host)\(port.map { ":\($0)" } ?? "")\(path.isEmpty ? "/v1" : path)"
    }

    private static func parts(of authority: Substring) throws(EndpointError) -> (host: String, port: UInt16?) {
        // In brackets an IPv6 number has colons of its own.
        let end = authority.first == "[" ? authority.lastIndex(of: "]").map(authority.index(after:)) : nil
        let host = authority[..<(end ?? authority.firstIndex(of: ":") ?? authority.endIndex)]
        let name = host.first == "[" ? host.dropFirst().dropLast() : host
        guard !name.isEmpty, name.utf8.allSatisfy(isAllowed), host.first == "[" || !name.contains(":") else {
            throw .badAddress(reason: "its host is no name and no number")
        }
        let rest = authority[host.endIndex...]
        if rest.isEmpty { return (host.lowercased(), nil) }
        guard rest.first == ":", rest.dropFirst().utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            let port = UInt16(rest.dropFirst()), port > 0
        else { throw .badAddress(reason: "its port is no number from 1 to 65535") }
        return (host.lowercased(), port)
    }

    /// Whether a host is a number of the network 127; a name may begin like one.
    private static func isLoopback(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        case UInt8(ascii: ":"), UInt8(ascii: "%"): true
        default: false
        }
    }
}
