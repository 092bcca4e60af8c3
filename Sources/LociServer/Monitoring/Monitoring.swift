// Loci, Apache License 2.0.

import Loci
import Logging
import NIOCore
import NIOHTTP1
import NIOPosix

/// The port at which metrics are told, and what is measured for them in the background.
struct Monitoring {
    let port: Int?
    private let listener: any Channel
    private let probes: Task<Void, Never>?

    /// Begins to tell metrics, if that is asked for.
    /// - Parameter address: That of the commands: metrics are told on the same one.
    static func start(
        context: ServerContext, registry: ConnectionRegistry, address: SocketAddress, group: MultiThreadedEventLoopGroup
    ) async throws -> Monitoring? {
        guard let port = context.configuration.metricsPort else { return nil }
        var address = address
        address.port = port
        let gauges = Gauges(context: context, registry: registry)
        let listener: any Channel
        do {
            listener = try await ServerBootstrap(group: group)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelInitializer { channel in
                    channel.pipeline.configureHTTPServerPipeline().flatMapThrowing {
                        try channel.pipeline.syncOperations.addHandler(MetricsHandler(gauges: gauges))
                    }
                }
                .bind(to: address).get()
        } catch {
            throw ServerError.cannotListen(host: context.configuration.host, port: port, reason: "\(error)")
        }
        let probes = context.configuration.recallProbeInterval.map { interval in
            Task { await RecallProbe(context: context).run(every: interval) }
        }
        return Monitoring(port: listener.localAddress?.port, listener: listener, probes: probes)
    }

    func stop() async {
        probes?.cancel()
        await probes?.value
        try? await listener.close()
    }
}

/// What is looked up when metrics are asked for.
struct Gauges: Sendable {
    let context: ServerContext
    let registry: ConnectionRegistry

    /// All metrics as text.
    func text() throws -> String {
        let metrics = context.metrics
        let info = try context.database.info()
        let live = info.collections.reduce(0) { $0 + $1.bytes.total }
        metrics.set("loci_connections", Double(registry.count))
        metrics.set("loci_database_bytes", Double(info.bytes))
        metrics.set("loci_live_bytes", Double(live))
        metrics.set("loci_dead_bytes", Double(max(0, info.bytes - live)))
        metrics.set("loci_collections", Double(info.collections.count))
        metrics.set("loci_vectors", Double(info.collections.reduce(0) { $0 + $1.count }))
        metrics.set("loci_last_commit", Double(info.transactionID))
        metrics.set("loci_readers", Double(info.readers ?? 0))
        // How many commits back the oldest reader sees: pages since then cannot be used again.
        metrics.set(
            "loci_oldest_reader_age_commits", Double(info.oldestReaderCommit.map { info.transactionID - $0 } ?? 0))
        metrics.set("loci_uptime_seconds", (ContinuousClock.now - context.startTime) / .seconds(1))
        return metrics.registry.text
    }
}

/// Measures the recall of one collection after another.
private struct RecallProbe {
    let context: ServerContext

    /// How many vectors of a collection are searched for.
    private static let sample = 50

    func run(every interval: Duration) async {
        var last = ""
        while !Task.isCancelled {
            do {
                try await Task.sleep(for: interval)
                let names = try context.database.collectionNames()
                guard let name = names.first(where: { $0 > last }) ?? names.first else { continue }
                last = name
                let context = context
                let recall = try await NIOThreadPool.singleton.runIfActive {
                    try context.database.collection(name).recall(sample: Self.sample, threads: 1).recall
                }
                context.metrics.set("loci_recall", recall, [("collection", name)])
            } catch is CancellationError {
                return
            } catch {
                context.logger.debug(
                    "no recall was measured", metadata: ["collection": "\(last)", "error": "\(error)"])
            }
        }
    }
}

/// Answers `GET /metrics`, and `GET /health`.
private final class MetricsHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let gauges: Gauges
    private var request: HTTPRequestHead?

    init(gauges: Gauges) {
        self.gauges = gauges
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head): request = head
        case .body: break
        case .end:
            guard let request else { return }
            self.request = nil
            answer(request, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func answer(_ request: HTTPRequestHead, _ context: ChannelHandlerContext) {
        let path = request.uri.prefix { $0 != "?" }
        guard request.method == .GET || request.method == .HEAD else {
            return respond(.methodNotAllowed, "only GET is answered\n", to: request, context)
        }
        switch path {
        case "/health": respond(.ok, "ok\n", to: request, context)
        case "/metrics":
            let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
            // What is looked up may be much.
            NIOThreadPool.singleton.runIfActive(eventLoop: context.eventLoop) { [gauges] in try gauges.text() }
                .whenComplete { result in
                    let (handler, context) = bound.value
                    switch result {
                    case .success(let text): handler.respond(.ok, text, to: request, context)
                    case .failure(let error):
                        handler.respond(.internalServerError, "\(error)\n", to: request, context)
                    }
                }
        default: respond(.notFound, "there are /metrics and /health\n", to: request, context)
        }
    }

    private func respond(
        _ status: HTTPResponseStatus, _ text: String, to request: HTTPRequestHead, _ context: ChannelHandlerContext
    ) {
        guard context.channel.isActive else { return }
        let body = context.channel.allocator.buffer(string: text)
        var headers = HTTPHeaders([
            ("Content-Type", "text/plain; version=0.0.4; charset=utf-8"), ("Content-Length", "\(body.readableBytes)"),
        ])
        if !request.isKeepAlive { headers.add(name: "Connection", value: "close") }
        let head = HTTPResponseHead(version: request.version, status: status, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if request.method != .HEAD { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        let promise = context.eventLoop.makePromise(of: Void.self)
        if !request.isKeepAlive {
            let channel = context.channel
            promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: promise)
    }
}
