// Loci, Apache License 2.0.

package import LociProtocol
import NIOCore
import NIOPosix
import NIOSSL

/// A connection to a server of RESP, for programs that wait for their replies.
///
/// Requests are sent together, and their replies received together, in order. A connection is for one thread at a time.
package final class ServerConnection {
    /// How a connection is made.
    package struct Options: Sendable {
        /// The version of the protocol.
        package var version = ProtocolVersion.resp2
        /// How long may pass before there is a connection.
        package var connectTimeout = Duration.seconds(5)
        /// How long nothing may come while replies are waited for.
        package var replyTimeout = Duration.seconds(60)
        /// A file of certificates (PEM), one of which must have signed the server's; nil for those that the system knows.
        package var certificateAuthorities: String?
        /// Asked ten times a second while replies are waited for; true ends the connection.
        package var isInterrupted: @Sendable () -> Bool = { false }
        /// How much a reply may have.
        package var limits = ReplyLimits()

        /// The options above.
        package init() {}
    }

    /// Where the server is.
    package let address: ServerAddress
    /// What the server tells of itself: `server`, `version` and others; empty in RESP2, where it is not asked.
    package private(set) var greeting: [String: Reply] = [:]
    let channel: any Channel
    /// The handler of the replies. It is held here, and not looked up in the channel, since a channel that was closed has let go
    /// of its handlers, and this one knows what closed it.
    let handler: NIOLoopBoundBox<ReplyHandler?>

    /// Connects, and says who asks.
    ///
    /// - Throws: `cannotConnect`, `authentication`, and what `send` throws.
    package convenience init(to address: ServerAddress, _ options: Options = Options()) throws(ClientError) {
        // One of the process's own, which nobody has to shut down.
        try self.init(to: address, options, on: MultiThreadedEventLoopGroup.singleton.next())
    }

    /// The same on an event loop.
    init(to address: ServerAddress, _ options: Options, on eventLoop: any EventLoop) throws(ClientError) {
        self.address = address
        let connector = ChannelConnector(address: address, options: options, eventLoop: eventLoop)
        let handler = NIOLoopBoundBox<ReplyHandler?>.makeEmptyBox(valueType: ReplyHandler.self, eventLoop: eventLoop)
        self.handler = handler
        channel = try connector.connect { channel in
            channel.eventLoop.makeCompletedFuture {
                let made = ReplyHandler(
                    address: address.description, limits: options.limits, timeout: TimeAmount(options.replyTimeout),
                    isInterrupted: options.isInterrupted)
                try channel.pipeline.syncOperations.addHandler(made)
                handler.value = made
            }
        }
        do {
            try greet(options.version)
        } catch {
            close()
            throw error
        }
    }

    deinit {
        close()
    }

    /// Closes the connection. Later exchanges fail.
    package func close() {
        channel.close(promise: nil)
    }

    /// Sends requests, and waits for their replies, error replies among them.
    ///
    /// - Returns: All replies, or those that came before something failed, and what that was.
    package func exchange(_ requests: RequestEncoder) -> Exchange {
        let (bytes, count, channel, handler) = (requests.bytes, requests.count, channel, handler)
        let name = address.description
        let promise = channel.eventLoop.makePromise(of: Exchange.self)
        channel.eventLoop.execute {
            guard let handler = handler.value else {
                return promise.succeed(Exchange(failure: .closed(address: name)))
            }
            handler.begin(bytes, count: count, promise: promise, on: channel)
        }
        do {
            return try promise.futureResult.wait()
        } catch {
            return Exchange(failure: .closed(address: name))
        }
    }

    /// Sends requests, and waits for their replies, none of which is an error.
    ///
    /// - Throws: `errorReply` or `authentication` for the first that is one; what else ends an exchange.
    package func send(_ requests: RequestEncoder) throws(ClientError) -> [Reply] {
        let exchange = exchange(requests)
        if let failure = exchange.failure { throw failure }
        for case .error(let text) in exchange.replies { throw .reply(text, of: address) }
        return exchange.replies
    }

    /// Sends one request of texts, and waits for its reply, which is no error.
    ///
    /// - Throws: As `send`.
    package func ask(_ words: String...) throws(ClientError) -> Reply {
        var request = RequestEncoder()
        request.begin(arguments: words.count)
        for word in words { request.argument(word) }
        return try send(request).first ?? .null
    }

    private func greet(_ version: ProtocolVersion) throws(ClientError) {
        let reply = try send(Handshake.requests(to: address, version)).last
        if version == .resp3 { greeting = reply?.members ?? [:] }
    }
}

extension ClientError {
    /// The error that the text of an error reply is.
    package static func reply(_ text: String, of address: ServerAddress) -> ClientError {
        for code in ["NOAUTH", "WRONGPASS", "ERR AUTH", "ERR invalid password"] where text.hasPrefix(code) {
            return .authentication(address: "\(address)", text)
        }
        return .errorReply(text)
    }
}
