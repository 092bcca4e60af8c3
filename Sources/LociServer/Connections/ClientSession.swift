// Loci, Apache License 2.0.

import LociProtocol

/// What a server knows of a connection. Belongs to the connection's event loop.
struct ClientSession {
    let number: Int
    let address: String
    var version = ProtocolVersion.resp2
    var isAuthenticated: Bool
    /// What the client calls itself, and its library.
    var name = ""
    var libraryName = ""
    var libraryVersion = ""
    /// The requests since `MULTI`; nil outside of a transaction.
    var transaction: Transaction?
    /// Whether the connection is to be closed once all replies are sent.
    var isClosing = false

    /// Requests that wait for `EXEC`.
    struct Transaction {
        var requests: [ReceivedRequest] = []
        /// Whether one of them was refused, so that none may run.
        var isBroken = false
        /// How many bytes they hold.
        var byteCount = 0
    }

    /// Forgets all but who the client is: `RESET`.
    mutating func reset(needsPassword: Bool) {
        version = .resp2
        isAuthenticated = !needsPassword
        name = ""
        transaction = nil
    }

    /// A line of `CLIENT LIST`.
    var line: String {
        "id=\(number) addr=\(address) name=\(name) resp=\(version.rawValue) lib-name=\(libraryName) "
            + "lib-ver=\(libraryVersion) multi=\(transaction?.requests.count ?? -1)"
    }
}

/// What commands about the connection work on: those run on its event loop, one at a time.
final class SessionCommandContext {
    var session: ClientSession
    let server: ServerContext

    init(session: ClientSession, server: ServerContext) {
        (self.session, self.server) = (session, server)
    }

    var needsPassword: Bool { server.configuration.password != nil }

    /// Lets a client in.
    /// - Throws: `CommandError.wrongPassword`.
    func authenticate(user: String, password: [UInt8]) throws(CommandError) {
        // Without a password everybody is let in as the default user, by whatever password.
        let expected = server.configuration.password.map { Array($0.utf8) } ?? password
        guard user == "default", Self.isEqual(password, expected) else {
            server.metrics.countRefusedAuthentication()
            throw .wrongPassword
        }
        session.isAuthenticated = true
    }

    /// Compares in a time that tells nothing but the length of what was given.
    private static func isEqual(_ given: [UInt8], _ expected: [UInt8]) -> Bool {
        var difference: UInt8 = given.count == expected.count ? 0 : 1
        for (index, byte) in given.enumerated() {
            difference |= byte ^ (expected.isEmpty ? 0 : expected[index % expected.count])
        }
        return difference == 0
    }
}
