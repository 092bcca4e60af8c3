// Loci, Apache License 2.0.

package import LociProtocol

/// What can go wrong between a client and a server.
package enum ClientError: Error, Equatable, Sendable {
    // Of an address.

    /// It begins with neither `redis://` nor `rediss://`.
    case addressScheme
    /// What stands for the host is no name, no number, or an IPv6 number without brackets.
    case addressHost(String)
    /// What stands for the port is no number from 1 to 65535.
    case addressPort(String)
    /// A `%` is not followed by two hexadecimal digits, or what they make is not UTF-8: in the user or the password.
    case addressEncoding(part: String)
    /// A `/`, `?` or `#` stands in the user or the password as it is.
    case addressCredentials
    /// Something else than `/0` stands behind host and port.
    case addressDatabase(String)
    /// A user is named, and there is no password.
    case addressPassword(user: String)

    // Of a connection.

    /// No connection could be made: what the system says.
    case cannotConnect(address: String, reason: String)
    /// The connection could not be encrypted, or the server did not prove to be the one that is named.
    case encryption(address: String, reason: String)
    /// The server closed the connection, or the network did.
    case closed(address: String)
    /// Nothing came for so long.
    case timeout(address: String, seconds: Double)
    /// What came is not RESP.
    case protocolError(address: String, ProtocolError)
    /// A reply came that nobody waits for.
    case unexpectedReply(address: String)
    /// Who uses the client wants it to end.
    case interrupted

    // Of replies.

    /// The server takes neither this user nor this password, or asks for them.
    case authentication(address: String, String)
    /// The server answered with an error: its text.
    case errorReply(String)
    /// A reply is of another shape than the command has: which command, and the reply.
    case unexpectedShape(command: String)
}
