// Loci, Apache License 2.0.

import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Synchronization

/// A server of HTTP on loopback that answers as a test says. It listens until the process ends.
final class ScriptedEndpoint: Sendable {
    /// What came.
    struct Request: Sendable {
        let uri: String
        let headers: HTTPHeaders
        let body: String
        /// How many came before it.
        let number: Int
    }

    /// What is done on a request.
    enum Action: Sendable {
        case send(status: Int = 200, headers: [String: String] = [:], String)
        /// Nothing, for ever.
        case hang
        /// A beginning, and then nothing for ever.
        case begin(String)
        /// Bytes without end.
        case flood
        case close
    }

    private let channel: any Channel
    /// Where it listens, or did.
    let url: String
    private let log = Log()

    private final class Log: Sendable {
        let requests = Mutex<[Request]>([])
    }

    init(security: NIOSSLContext? = nil, _ script: @escaping @Sendable (Request) -> Action) throws {
        let log = log
        channel = try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let security { try pipeline.addHandler(NIOSSLServerHandler(context: security)) }
                    try pipeline.configureHTTPServerPipeline()
                    try pipeline.addHandler(Handler(log: log, script: script))
                }
            }
            .bind(host: "127.0.0.1", port: 0).wait()
        url = "\(security == nil ? "http" : "https")://127.0.0.1:\(channel.localAddress?.port ?? 0)/v1"
    }

    var requests: [Request] { log.requests.withLock { $0 } }

    /// Stops to listen, so that connections are refused.
    func stop() throws { try channel.close().wait() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        private let log: Log
        private let script: @Sendable (Request) -> Action
        private var head: HTTPRequestHead?
        private var body = ""

        init(log: Log, script: @escaping @Sendable (Request) -> Action) { (self.log, self.script) = (log, script) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): (self.head, body) = (head, "")
            case .body(let buffer): body += String(buffer: buffer)
            case .end:
                guard let head else { return }
                let request = log.requests.withLock { requests in
                    requests.append(
                        Request(uri: head.uri, headers: head.headers, body: body, number: requests.count))
                    return requests[requests.count - 1]
                }
                run(script(request), context)
            }
        }

        private func run(_ action: Action, _ context: ChannelHandlerContext) {
            switch action {
            case .send(let status, let extra, let text):
                var headers = HTTPHeaders([("Content-Length", "\(text.utf8.count)")])
                for (name, value) in extra { headers.add(name: name, value: value) }
                begin(context, HTTPResponseStatus(statusCode: status), headers)
                write(text, context)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            case .begin(let text):
                begin(context, .ok, [:])
                write(text, context)
                context.flush()
            case .flood:
                begin(context, .ok, [:])
                flood(context)
            case .hang: break
            case .close: context.close(promise: nil)
            }
        }

        private func begin(_ context: ChannelHandlerContext, _ status: HTTPResponseStatus, _ headers: HTTPHeaders) {
            let head = HTTPResponseHead(version: .http1_1, status: status, headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
        }

        private func write(_ text: String, _ context: ChannelHandlerContext) {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
        }

        /// Goes on as long as somebody reads.
        private func flood(_ context: ChannelHandlerContext) {
            let part = ByteBuffer(repeating: UInt8(ascii: " "), count: 65_536)
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(part)))).whenSuccess {
                let (handler, context) = bound.value
                handler.flood(context)
            }
        }
    }
}
