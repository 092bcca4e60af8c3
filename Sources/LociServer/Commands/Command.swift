// Loci, Apache License 2.0.

import LociMemory
import LociProtocol

/// A command: how it is called, what it needs, and what it does.
struct Command: Sendable {
    /// In upper case.
    let name: String
    /// The number of arguments with the name: exactly so many, or, if negative, at least.
    let arity: Int
    let documentation: Documentation
    /// Which arguments are keys.
    var keys = Keys.none
    /// The words that its first argument may be, where it is a family of commands.
    var subcommands: [String]?
    /// Whether it may come before a client has authenticated.
    var isOpenToAll = false
    /// Whether it is not prepared before what the connection sent earlier has ended, since it looks at that.
    var startsRun = false
    let work: Work

    /// What `COMMAND DOCS` and `docs/protocol.md` tell.
    struct Documentation: Sendable {
        let group: String
        let summary: String
        /// What follows the name.
        let syntax: String
    }

    /// Which arguments are keys.
    enum Keys: Sendable {
        case none, first, all

        /// First, last and step, as Redis tells them.
        var places: (first: Int, last: Int, step: Int) {
            switch self {
            case .none: (0, 0, 0)
            case .first: (1, 1, 1)
            case .all: (1, -1, 1)
            }
        }
    }

    /// What a command does, and so where it runs.
    enum Work: Sendable {
        /// About the connection itself: answered by its event loop, at once.
        case session(@Sendable (Arguments, SessionCommandContext, inout ReplyEncoder) throws -> Void)
        /// Reads a little.
        case read(@Sendable (Arguments, any Keyspace, inout ReplyEncoder) throws -> Void)
        /// Reads what may be much, apart from those that read a little.
        case slowRead(@Sendable (Arguments, any Keyspace, inout ReplyEncoder) throws -> Void)
        /// Changes something, in a transaction that others may share.
        case write(@Sendable (Arguments, any WritableKeyspace, inout ReplyEncoder) throws -> Void)
        /// Reads or writes, once its arguments were read, and vectors of its texts made, apart from where it runs.
        case prepared(Lane, @Sendable (Arguments, any MemorySource) throws -> PreparedRequest)
        /// Works on the database in transactions of its own, or on the server.
        case maintenance(@Sendable (Arguments, ServerContext, inout ReplyEncoder) throws -> Void)
    }

    /// Whether so many arguments, with the name, are right.
    func admits(_ count: Int) -> Bool { arity < 0 ? count >= -arity : count == arity }

    /// Where its requests run.
    var lane: Lane {
        switch work {
        case .session: .session
        case .read: .read
        case .slowRead, .maintenance: .slow
        case .write: .write
        case .prepared(let lane, _): lane
        }
    }

    /// Who runs requests. Those of a transaction are run by the last that any of them needs.
    enum Lane: Sendable, Comparable {
        case session, read, slow, write
    }

    /// What commands are told apart by, for clients that ask.
    var flags: [String] {
        switch work {
        case .session:
            isOpenToAll ? ["noscript", "loading", "stale", "fast", "no_auth"] : ["loading", "stale", "fast"]
        case .read: ["readonly"]
        case .slowRead: ["readonly"]
        case .write, .prepared(.write, _): ["write", "denyoom"]
        case .prepared: ["readonly"]
        case .maintenance: ["admin"]
        }
    }
}
