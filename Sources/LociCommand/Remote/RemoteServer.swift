// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociClient
import LociProtocol

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A server that a verb talks to, where others have a file.
struct RemoteServer {
    /// The environment variable of a file of certificates, for servers whose own the system does not know.
    static let certificatesVariable = "LOCI_CA_FILE"

    let address: ServerAddress

    /// The server that a text is the address of; nil if the text is the path of a file.
    ///
    /// - Throws: `ClientError` for an address that is wrong.
    init?(_ text: String) throws(ClientError) {
        guard ServerAddress.isAddress(text) else { return nil }
        address = try ServerAddress(
            parsing: text, environmentPassword: Self.environment(ServerAddress.passwordVariable))
    }

    /// How connections are made.
    var options: ServerConnection.Options {
        var options = ServerConnection.Options()
        options.version = .resp3
        options.certificateAuthorities = Self.environment(Self.certificatesVariable)
        options.isInterrupted = { Interrupt.isRequested }
        return options
    }

    /// Connects.
    /// - Throws: `ClientError`.
    func connect() throws(ClientError) -> ServerConnection {
        try ServerConnection(to: address, options)
    }

    /// Connects, and looks whether there is a collection.
    /// - Throws: `ClientError`, `Missing`.
    func connect(toCollection name: String) throws -> ServerConnection {
        let connection = try connect()
        guard try connection.ask("VCARD", name).integer != 0 else { throw Missing(address: address, name: name) }
        return connection
    }

    private static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    /// A collection that a server does not have.
    struct Missing: Error, CustomStringConvertible {
        let address: ServerAddress
        let name: String

        var description: String {
            "\(address) has no collection \"\(name)\"; add vectors to it by 'loci add', or use another name"
        }
    }

    /// Refuses options that a verb takes for a file alone.
    ///
    /// - Parameter given: Names of options, and whether each was given.
    /// - Throws: `ValidationError` that names them.
    static func refuse(_ given: [(String, Bool)]) throws {
        let names = given.filter(\.1).map(\.0)
        guard !names.isEmpty else { return }
        throw ValidationError(
            "\(names.joined(separator: ", ")) cannot be asked of a server: leave \(names.count == 1 ? "it" : "them") out, "
                + "or give the path of a database")
    }
}

/// The database, a file or a server's, and the collection that a verb is about.
struct ServedCollectionArguments: ParsableArguments {
    @Argument(
        help: "The database: a file, or the address of a server, as in redis://localhost:6379.",
        completion: .file(extensions: ["loci"]))
    var database: String

    @Argument(help: "The name of the collection.")
    var collection: String

    /// nil where the database is a file.
    var server: RemoteServer? {
        get throws(ClientError) { try RemoteServer(database) }
    }

    func validate() throws { try ServerPath.check(database) }
}

/// Checks of what may be an address.
enum ServerPath {
    /// - Throws: `ValidationError` for an address that is wrong.
    static func check(_ text: String) throws {
        do throws(ClientError) { _ = try RemoteServer(text) } catch { throw ValidationError(error.description) }
    }

    /// - Throws: `ValidationError` for any address.
    static func refuse(_ text: String) throws {
        guard let server = try? RemoteServer(text) else { return try check(text) }
        throw ValidationError(
            "\(server.address) is a server, and this verb works on a file; give the path of the database")
    }
}
