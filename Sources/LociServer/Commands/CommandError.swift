// Loci, Apache License 2.0.

import Loci

/// Why a command is refused, as the client reads it.
///
/// Texts that clients know from Redis are the same to the letter.
struct CommandError: Error, Equatable {
    /// The code, a blank, and what is wrong: of any bytes, where a client's own are shown.
    let bytes: [UInt8]

    init(_ text: String) { bytes = Array(text.utf8) }

    init(bytes: [UInt8]) { self.bytes = bytes }

    static let syntax = CommandError("ERR syntax error")
    static let notInteger = CommandError("ERR value is not an integer or out of range")
    static let authenticationNeeded = CommandError("NOAUTH Authentication required.")
    static let wrongPassword = CommandError("WRONGPASS invalid username-password pair or user is disabled.")
    static let notInTransaction = CommandError("ERR Command not allowed inside a transaction")
    static let aborted = CommandError("EXECABORT Transaction discarded because of previous errors.")

    static func arity(_ name: String) -> CommandError {
        CommandError("ERR wrong number of arguments for '\(name)' command")
    }

    /// The error of anything that a command can throw.
    init(_ error: any Error) {
        switch error {
        case let error as CommandError: self = error
        case let error as IndexError: self.init(error)
        default: self.init("ERR \(Self.oneLine("\(error)"))")
        }
    }

    private init(_ error: IndexError) {
        switch error {
        case .dimensionMismatch(let found, let expected):
            self.init("ERR Vector dimension mismatch - got \(found) but set has \(expected)")
        case .notFinite, .dimension: self = .vectorSpecification
        default: self.init("ERR \(Self.oneLine(error.description))")
        }
    }

    static let vectorSpecification = CommandError("ERR invalid vector specification")

    private static func oneLine(_ text: String) -> String {
        text.split(separator: "\n").joined(separator: " ")
    }
}
