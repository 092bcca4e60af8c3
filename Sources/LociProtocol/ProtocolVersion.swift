// Loci, Apache License 2.0.

/// The version of the protocol that a connection speaks. It begins with the older one; `HELLO 3` asks for the newer.
package enum ProtocolVersion: Int, Sendable {
    /// The protocol of Redis up to 5.
    case resp2 = 2
    /// The protocol since Redis 6, with maps, doubles and booleans of its own.
    case resp3 = 3
}
