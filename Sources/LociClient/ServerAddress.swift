// Loci, Apache License 2.0.

/// Where a server is, and who asks: `redis://[user[:password]@]host[:port][/0]`, or `rediss://…` for TLS.
package struct ServerAddress: Sendable, Equatable {
    /// The port of a server that names none.
    package static let standardPort = 6_379
    /// The environment variable of a password that is not to stand in a command line, where others can read it.
    package static let passwordVariable = "LOCI_PASSWORD"

    /// A name, or a number of IPv4 or, without brackets, of IPv6.
    package let host: String
    /// The TCP port.
    package let port: Int
    /// Whether the connection is encrypted.
    package let usesTLS: Bool
    /// nil for the user whom the server takes without a name.
    package let user: String?
    /// nil to ask without one.
    package let password: String?

    /// Whether a text is meant to be an address, and not the path of a file.
    package static func isAddress(_ text: String) -> Bool {
        scheme(of: text) != nil
    }

    /// Reads an address.
    ///
    /// - Parameters:
    ///   - text: As above. User and password may have any byte of UTF-8 as `%` and two hexadecimal digits.
    ///   - environmentPassword: What `passwordVariable` holds: the password where the address has none.
    /// - Throws: What is wrong with the text. No error repeats a password.
    package init(parsing text: String, environmentPassword: String? = nil) throws(ClientError) {
        guard let (usesTLS, rest) = Self.scheme(of: text) else { throw .addressScheme }
        self.usesTLS = usesTLS
        let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
        let path = rest[end...]
        guard !path.contains("@") else { throw .addressCredentials }
        guard path.isEmpty || path == "/" || path == "/0" else { throw .addressDatabase(String(path)) }

        // The last one: a password may have others, though it should not.
        let at = rest[..<end].lastIndex(of: "@")
        (host, port) = try Self.place(rest[(at.map { rest.index(after: $0) } ?? rest.startIndex)..<end])
        let credentials = at.map { rest[..<$0] } ?? ""
        let colon = credentials.firstIndex(of: ":")
        let user = try Self.decoded(credentials[..<(colon ?? credentials.endIndex)], part: "user")
        let password = try colon.map { colon throws(ClientError) in
            try Self.decoded(credentials[credentials.index(after: colon)...], part: "password")
        }
        self.user = user.isEmpty ? nil : user
        self.password = [password, environmentPassword].compactMap(\.self).first { !$0.isEmpty }
        if let user = self.user, self.password == nil { throw .addressPassword(user: user) }
    }

    /// Whether a scheme asks for TLS, and what follows it; nil if the text has none of a server's.
    private static func scheme(of text: String) -> (usesTLS: Bool, rest: Substring)? {
        for (scheme, usesTLS) in [("redis://", false), ("rediss://", true)]
        where text.prefix(scheme.count).lowercased() == scheme {
            return (usesTLS, text.dropFirst(scheme.count))
        }
        return nil
    }

    /// The host and the port that a text names.
    private static func place(_ text: Substring) throws(ClientError) -> (String, Int) {
        let (host, rest): (Substring, Substring)
        if text.first == "[" {
            guard let bracket = text.firstIndex(of: "]") else { throw .addressHost(String(text)) }
            (host, rest) = (text[..<bracket].dropFirst(), text[text.index(after: bracket)...])
        } else {
            let colon = text.firstIndex(of: ":") ?? text.endIndex
            (host, rest) = (text[..<colon], text[colon...])
            if rest.dropFirst().contains(":") { throw .addressHost(String(text)) }
        }
        guard !host.isEmpty, rest.isEmpty || rest.first == ":", host.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .addressHost(String(text))
        }
        guard !rest.isEmpty else { return (String(host), standardPort) }
        let digits = rest.dropFirst()
        guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let port = Int(digits), (1...65_535).contains(port)
        else {
            throw .addressPort(String(digits))
        }
        return (String(host), port)
    }

    /// A text with the bytes that `%` and two digits stand for.
    private static func decoded(_ text: Substring, part: String) throws(ClientError) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%") {
                guard let high = rest.popFirst().flatMap(hexadecimal), let low = rest.popFirst().flatMap(hexadecimal)
                else { throw .addressEncoding(part: part) }
                bytes.append(high << 4 | low)
            } else {
                bytes.append(byte)
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .addressEncoding(part: part) }
        return text
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map { UInt8($0) }
    }
}

extension ServerAddress: CustomStringConvertible {
    /// The address without user and password, for messages.
    package var description: String {
        let host = host.contains(":") ? "[\(host)]" : host
        return "\(usesTLS ? "rediss" : "redis")://\(host):\(port)"
    }
}
