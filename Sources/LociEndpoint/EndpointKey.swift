// Loci, Apache License 2.0.

/// The key that a server asks for. It shows itself in no text and in no mirror.
struct EndpointKey: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    static let maximumBytes = 4_096

    private let secret: String

    /// The key that an environment variable holds; nil if none is to be sent.
    ///
    /// A key under the usual name is not there for this server in particular: it is sent to this machine and through TLS, and to
    /// no other place, where anyone on the way could read it. Who names a variable wants its key to be sent.
    /// - Throws: `EndpointError.keyMissing`, `.badKey`.
    init?(
        variable: String, to address: EndpointAddress, _ environment: (String) -> String?
    ) throws(EndpointError) {
        let isUsual = variable == EndpointOptions.usualKeyVariable
        guard let secret = environment(variable), !secret.isEmpty else {
            if isUsual { return nil }
            throw .keyMissing(variable: variable)
        }
        if isUsual, !address.isEncrypted, !address.isLocal { return nil }
        guard secret.utf8.count <= Self.maximumBytes, secret.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else {
            throw .badKey(variable: variable)
        }
        self.secret = secret
    }

    /// What the header `Authorization` says.
    var authorization: String { "Bearer \(secret)" }

    /// A text without the key. Bytes are compared: a mark that joins the key's last character must not hide it.
    func removed(from text: String) -> String {
        let (bytes, key) = (Array(text.utf8), Array(secret.utf8))
        var result: [UInt8] = []
        var place = 0
        while place < bytes.count {
            if bytes[place...].starts(with: key) {
                result += "***".utf8
                place += key.count
            } else {
                result.append(bytes[place])
                place += 1
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    var description: String { "***" }
    var debugDescription: String { "***" }
    var customMirror: Mirror { Mirror(self, children: []) }
}
