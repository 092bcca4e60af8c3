// Loci, Apache License 2.0.

import LociProtocol
import NIOCore
import NIOPosix
package import NIOSSL
import Synchronization

/// A server on loopback that answers as a test says. It listens until the process ends.
package final class ScriptedServer: Sendable {
    /// What is done on a request.
    package enum Action: Sendable {
        /// Bytes, as they are.
        case send(String)
        /// Bytes one by one, each by itself.
        case trickle(String)
        case ignore
        case close
    }

    /// The requests of all connections, as texts.
    private final class Log: Sendable {
        let requests = Mutex<[[String]]>([])
    }

    private let channel: any Channel
    private let log = Log()

    /// - Parameter script: What is done on a request, given by its arguments as texts.
    package init(security: NIOSSLContext? = nil, _ script: @escaping @Sendable ([String]) -> Action) throws {
        let log = log
        channel = try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let security { try pipeline.addHandler(NIOSSLServerHandler(context: security)) }
                    try pipeline.addHandler(Handler(log: log, script: script))
                }
            }
            .bind(host: "127.0.0.1", port: 0).wait()
    }

    /// Where it listens.
    package var port: Int { channel.localAddress?.port ?? 0 }

    /// The requests of all connections, as texts.
    package var requests: [[String]] { log.requests.withLock { $0 } }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private let log: Log
        private let script: @Sendable ([String]) -> Action
        private var decoder = RequestDecoder(isAuthenticated: true)
        private var received: [UInt8] = []

        init(log: Log, script: @escaping @Sendable ([String]) -> Action) {
            (self.log, self.script) = (log, script)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            received += unwrapInboundIn(data).readableBytesView
            while true {
                let bytes = received
                guard case .request(let request, let consumed)? = try? decoder.next(in: bytes.span.bytes) else {
                    return
                }
                let words = request.withArguments(in: bytes.span.bytes) { source, arguments in
                    arguments.map { source.extracting($0).text }
                }
                received.removeFirst(consumed)
                log.requests.withLock { $0.append(words) }
                switch script(words) {
                case .send(let text):
                    context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
                case .trickle(let text):
                    for byte in text.utf8 {
                        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: [byte])), promise: nil)
                    }
                case .ignore: break
                case .close: context.close(promise: nil)
                }
            }
        }
    }
}
