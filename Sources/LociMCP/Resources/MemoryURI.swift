// Loci, Apache License 2.0.

import LociJSON
import LociMemory

/// What a resource is of: `memory://NAMESPACE`, `memory://NAMESPACE/sessions`, `memory://NAMESPACE/session/NAME`.
///
/// Names are percent-encoded, their slashes too: the namespace `acme/alice` is `acme%2Falice`.
enum MemoryURI: Equatable {
    case namespace(String)
    case sessions(String)
    case session(String, of: String)

    static let scheme = "memory://"
    private static let sessions = "sessions"
    private static let session = "session"

    /// The resource of a text; nil if it is none.
    init?(_ text: String) {
        // By the bytes: a character of Swift may be a slash with an accent.
        var rest = text.utf8[...]
        guard rest.starts(with: Self.scheme.utf8) else { return nil }
        rest = rest.dropFirst(Self.scheme.utf8.count)
        var parts = rest.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        if parts.count == 2, parts[1].isEmpty { parts.removeLast() }
        guard let namespace = Self.decoded(parts[0]) else { return nil }
        switch parts.count {
        case 1: self = .namespace(namespace)
        case 2 where parts[1].elementsEqual(Self.sessions.utf8): self = .sessions(namespace)
        case 3 where parts[1].elementsEqual(Self.session.utf8):
            guard let name = Self.decoded(parts[2]) else { return nil }
            self = .session(name, of: namespace)
        default: return nil
        }
    }

    /// The text.
    var text: String {
        switch self {
        case .namespace(let name): Self.scheme + Self.encoded(name)
        case .sessions(let name): "\(Self.scheme)\(Self.encoded(name))/\(Self.sessions)"
        case .session(let session, let name):
            "\(Self.scheme)\(Self.encoded(name))/\(Self.session)/\(Self.encoded(session))"
        }
    }

    /// With a place for the name of a session, as RFC 6570 writes it.
    static func sessionTemplate(of namespace: String) -> String {
        "\(scheme)\(namespace)/\(session)/{session}"
    }

    static func encoded(_ text: String) -> String {
        var result = ""
        for byte in text.utf8 {
            if isUnreserved(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// What a part stands for; nil where an escape is none, or it is no text.
    static func decoded(_ part: some Collection<UInt8>) -> String? {
        var bytes: [UInt8] = []
        var rest = part[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes.isEmpty ? nil : String(validating: bytes, as: UTF8.self)
    }

    private static func digit(_ byte: UInt8) -> UInt8? { Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init) }
}
