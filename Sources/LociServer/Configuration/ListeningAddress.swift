// Loci, Apache License 2.0.

import NIOCore
import NIOPosix

/// Where a server listens, and whether others can reach it there.
enum ListeningAddress {
    /// - Throws: `ServerError.cannotListen` for a name that leads nowhere; `.publicAddress` for one that others can reach, without a
    ///   password.
    static func resolve(_ configuration: ServerConfiguration) async throws(ServerError) -> SocketAddress {
        let address: SocketAddress
        do {
            let (host, port) = (configuration.host, configuration.port)
            address = try await NIOThreadPool.singleton.runIfActive {
                try SocketAddress.makeAddressResolvingHost(host, port: port)
            }
        } catch {
            throw .cannotListen(host: configuration.host, port: configuration.port, reason: "\(error)")
        }
        if configuration.isProtected, configuration.password == nil, !isLoopback(address) {
            throw .publicAddress(host: configuration.host)
        }
        return address
    }

    /// Whether an address is one of this machine alone.
    static func isLoopback(_ address: SocketAddress) -> Bool {
        switch address {
        case .v4: address.ipAddress?.hasPrefix("127.") ?? false
        case .v6: address.ipAddress == "::1"
        case .unixDomainSocket: true
        }
    }
}
