// Loci, Apache License 2.0.

import LociProtocol

/// A request of a client with the command that it calls.
struct ReceivedRequest: Sendable {
    let arguments: Arguments
    /// The place of the command in the table; nil if there is none of the name.
    let command: Int?
    /// The version that the reply is written in.
    var version = ProtocolVersion.resp2
    /// The reply, where it is known before the request's turn in a transaction comes: of commands about the connection.
    var prepared: [UInt8]?
    /// What was made of it before its turn comes; nil for commands that are not prepared.
    var preparation: Preparation?
}

/// Requests that run one after another on one thread, and whose replies go out together.
struct RequestRun: Sendable {
    var requests: [ReceivedRequest]
    /// Whether they are a transaction: all in one, and one reply, an array.
    let isTransaction: Bool
    /// Who sent them, for the log of slow commands.
    let client: Int

    /// How many bytes the requests hold.
    var byteCount: Int { requests.reduce(0) { $0 + $1.arguments.byteCount } }
}
