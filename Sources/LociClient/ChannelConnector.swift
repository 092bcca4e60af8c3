// Loci, Apache License 2.0.

import NIOCore
import NIOPosix
import NIOSSL

/// Makes the channels of connections.
struct ChannelConnector {
    let address: ServerAddress
    let options: ServerConnection.Options
    let eventLoop: any EventLoop

    /// Connects.
    ///
    /// - Parameter prepare: Adds the handler that hears what the server sends, before anything is.
    /// - Throws: `ClientError.cannotConnect`, `encryption`.
    func connect(
        _ prepare: @escaping @Sendable (any Channel) -> EventLoopFuture<Void>
    ) throws(ClientError) -> any Channel {
        let (name, host) = (address.description, address.host)
        let security = try securityContext()
        do {
            return try ClientBootstrap(group: eventLoop)
                .connectTimeout(TimeAmount(options.connectTimeout))
                .channelOption(.tcpOption(.tcp_nodelay), value: 1)
                .channelInitializer { channel in
                    guard let security else { return prepare(channel) }
                    return channel.eventLoop.makeCompletedFuture {
                        try channel.pipeline.syncOperations.addHandler(Self.handler(security, host: host))
                    }.flatMap { prepare(channel) }
                }
                .connect(host: host, port: address.port).wait()
        } catch {
            throw .cannotConnect(address: name, reason: Self.reason(error))
        }
    }

    private func securityContext() throws(ClientError) -> NIOSSLContext? {
        guard address.usesTLS else { return nil }
        var configuration = TLSConfiguration.makeClientConfiguration()
        if let file = options.certificateAuthorities { configuration.trustRoots = .file(file) }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            throw .encryption(address: address.description, reason: "\(error)")
        }
    }

    private static func handler(_ context: NIOSSLContext, host: String) throws -> NIOSSLClientHandler {
        do {
            return try NIOSSLClientHandler(context: context, serverHostname: host)
        } catch let error as NIOSSLExtraError where error == .cannotUseIPAddressInSNI {
            // A number has no name to ask for; the certificate is compared with the number then.
            return try NIOSSLClientHandler(context: context, serverHostname: nil)
        }
    }

    /// What the system says, in one line.
    private static func reason(_ error: any Error) -> String {
        switch error {
        case let error as NIOConnectionError:
            if let failure = error.connectionErrors.first { return reason(failure.error) }
            return "the name of the host is not known"
        case let error as IOError: return SystemMessage.text(error.errnoCode)
        case ChannelError.connectTimeout(let time):
            return "no answer within \(Double(time.nanoseconds) / 1e9) s"
        default: return "\(error)"
        }
    }
}
