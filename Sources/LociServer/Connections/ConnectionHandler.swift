// Loci, Apache License 2.0.

import DequeModule
import LociProtocol
import Logging
import NIOCore

/// One connection: finds requests in what comes, lets them run in their order, and sends their replies.
///
/// At any moment one run of requests of a connection is under way, elsewhere: the event loop goes on serving others. Commands about
/// the connection itself run here. While too much waits, or the client does not read its replies, nothing more is read
/// from it, so what it makes the server hold is bounded.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let executor: RequestExecutor
    private let registry: ConnectionRegistry
    private let commands: SessionCommandContext
    private var decoder: RequestDecoder
    /// What came and is no whole request yet.
    private var received = ByteBuffer()
    private var pending = PendingRequests()
    private var context: ChannelHandlerContext?
    private var isRunning = false
    /// Whether a read was asked for while too much waited.
    private var isReadHeld = false
    /// Whether nothing more comes, or is looked at.
    private var isInputEnded = false
    /// The reply to what was wrong with the protocol; it goes out after all others.
    private var lastWords: [UInt8]?
    /// When the client last sent something, or took something.
    private var lastProgress = NIODeadline.now()

    init(executor: RequestExecutor, registry: ConnectionRegistry, address: String) {
        self.executor = executor
        self.registry = registry
        let server = executor.runner.context
        let isAuthenticated = server.configuration.password == nil
        let session = ClientSession(
            number: server.takeClientNumber(), address: address, isAuthenticated: isAuthenticated)
        commands = SessionCommandContext(session: session, server: server)
        var limits = RequestLimits()
        limits.requestBytes = server.configuration.maximumRequestBytes
        decoder = RequestDecoder(limits: limits, isAuthenticated: isAuthenticated)
    }

    private var server: ServerContext { commands.server }

    // MARK: What the channel tells

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func channelActive(context: ChannelHandlerContext) {
        lastProgress = .now()
        if registry.add(self, on: context.eventLoop) {
            server.metrics.countConnection()
        } else {
            server.metrics.countRefusedConnection()
            let refusal = ByteBuffer(string: "-ERR max number of clients reached\r\n")
            context.writeAndFlush(wrapOutboundOut(refusal), promise: nil)
            context.close(promise: nil)
        }
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        registry.remove(self, on: context.eventLoop)
        isInputEnded = true
        pending = PendingRequests()
        received = ByteBuffer()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        registry.remove(self, on: context.eventLoop)
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isInputEnded else { return }
        var incoming = unwrapInboundIn(data)
        lastProgress = .now()
        if received.readableBytes == 0 { received = incoming } else { received.writeBuffer(&incoming) }
        decode()
        advance()
    }

    func read(context: ChannelHandlerContext) {
        if pending.isFull || !context.channel.isWritable { isReadHeld = true } else { context.read() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable {
            lastProgress = .now()
            advance()
        }
        context.fireChannelWritabilityChanged()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Whoever sends some commands and closes its side, as `nc` does, still reads the replies.
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            isInputEnded = true
            advance()
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        server.logger.debug("a connection ended with an error", metadata: ["error": "\(error)"])
        context.close(promise: nil)
    }

    // MARK: Finding requests

    private func decode() {
        var isShared = false
        while !isInputEnded {
            do throws(ProtocolError) {
                switch try decoder.next(in: received.readableBytesSpan) {
                case .needMore(let consumed):
                    received.moveReaderIndex(forwardBy: consumed)
                    return keepRest(isShared: isShared)
                case .request(let request, let consumed):
                    guard let bytes = received.readSlice(length: consumed) else { return }
                    isShared = true
                    accept(Arguments(request, in: bytes))
                }
            } catch {
                isInputEnded = true
                lastWords = error.replyText
                if lastWords == nil { pending = PendingRequests() }
            }
        }
        received = ByteBuffer()
    }

    /// Lets go of what requests have been made of.
    private func keepRest(isShared: Bool) {
        if received.readableBytes == 0 {
            received = ByteBuffer()
        } else if isShared {
            received = ByteBuffer(bytes: received.readableBytesView)
        }
    }

    private func accept(_ arguments: Arguments) {
        let command = arguments.with(0) { server.commands.index(of: $0) }
        pending.append(ReceivedRequest(arguments: arguments, command: command))
        // What may come next depends on it.
        if !commands.session.isAuthenticated {
            advance()
            decoder.isAuthenticated = commands.session.isAuthenticated
        }
    }

    // MARK: Running requests

    /// Goes on with what waits, unless something is under way already.
    private func advance() {
        guard let context, !isRunning else { return }
        var encoder = ReplyEncoder()
        while context.channel.isWritable, !commands.session.isClosing, let next = pending.first {
            encoder.version = commands.session.version
            if let (run, lane) = begin(next, &encoder) {
                isRunning = true
                submit(run, lane, context)
                break
            }
        }
        if commands.session.isClosing { isInputEnded = true }
        if !isRunning, isInputEnded, pending.isEmpty || commands.session.isClosing { return end(encoder, context) }
        send(encoder.bytes, context)
        if isReadHeld, !pending.isFull, context.channel.isWritable {
            isReadHeld = false
            context.read()
        }
    }

    /// Answers the first request that waits, or takes it and what can run with it.
    private func begin(
        _ request: ReceivedRequest, _ encoder: inout ReplyEncoder
    ) -> (run: RequestRun, lane: Command.Lane)? {
        let step = RequestAdmission(server: server, session: commands.session).admit(request)
        switch step {
        case .refuse(let error, let spoilsTransaction):
            pending.removeFirst()
            if spoilsTransaction { commands.session.transaction?.isBroken = true }
            encoder.error(error.bytes)
        case .discard(let error):
            pending.removeFirst()
            commands.session.transaction = nil
            encoder.error(error.bytes)
        case .queue:
            pending.removeFirst()
            commands.session.transaction?.append(request)
            encoder.simple("QUEUED")
        case .session:
            pending.removeFirst()
            runSession(request, &encoder)
        case .execute:
            pending.removeFirst()
            return execute(&encoder)
        case .run(let lane):
            let run = pending.takeRun(
                lane: lane, version: commands.session.version, client: commands.session.number, server.commands)
            return (run, lane)
        }
        return nil
    }

    private func runSession(_ request: ReceivedRequest, _ encoder: inout ReplyEncoder) {
        guard let index = request.command, case .session(let body) = server.commands.commands[index].work else {
            return
        }
        let start = ContinuousClock.now
        let begin = encoder.bytes.count
        do {
            try body(request.arguments, commands, &encoder)
        } catch {
            encoder.bytes.removeLast(encoder.bytes.count - begin)
            encoder.error(CommandError(error).bytes)
            server.metrics.countError()
        }
        server.metrics.note(command: index, took: ContinuousClock.now - start)
    }

    /// Ends a transaction: what is about the connection is answered, the rest runs as one.
    private func execute(_ encoder: inout ReplyEncoder) -> (run: RequestRun, lane: Command.Lane)? {
        guard let transaction = commands.session.transaction else { return nil }
        commands.session.transaction = nil
        guard !transaction.isBroken else {
            encoder.error(CommandError.aborted.bytes)
            return nil
        }
        var lane = Command.Lane.session
        let requests = transaction.requests.map { request in
            var request = request
            guard let command = request.command.map({ server.commands.commands[$0] }) else { return request }
            if case .session = command.work {
                var prepared = ReplyEncoder(version: commands.session.version)
                runSession(request, &prepared)
                request.prepared = prepared.bytes
            }
            request.version = commands.session.version
            lane = max(lane, command.lane)
            return request
        }
        if lane == .session {
            encoder.array(requests.count)
            for request in requests { encoder.bytes += request.prepared ?? [] }
            return nil
        }
        return (RequestRun(requests: requests, isTransaction: true, client: commands.session.number), lane)
    }

    private func submit(_ run: RequestRun, _ lane: Command.Lane, _ context: ChannelHandlerContext) {
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let loop = context.eventLoop
        executor.submit(run, lane: lane) { bytes in
            loop.execute { bound.value.finish(bytes) }
        }
    }

    private func finish(_ bytes: [UInt8]) {
        isRunning = false
        guard let context else { return }
        send(bytes, context)
        advance()
    }

    private func send(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        guard !bytes.isEmpty, context.channel.isActive else { return }
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: bytes)), promise: nil)
    }

    // MARK: Ends

    /// Sends what is left to be said, and closes the connection.
    private func end(_ encoder: ReplyEncoder, _ context: ChannelHandlerContext) {
        var encoder = encoder
        if let lastWords { encoder.error(lastWords) }
        lastWords = nil
        guard context.channel.isActive else { return }
        let promise = context.eventLoop.makePromise(of: Void.self)
        let channel = context.channel
        promise.futureResult.whenComplete { _ in channel.close(promise: nil) }
        context.writeAndFlush(
            wrapOutboundOut(context.channel.allocator.buffer(bytes: encoder.bytes)), promise: promise)
    }

    /// Closes the connection when what has come is answered.
    func drain() {
        isInputEnded = true
        received = ByteBuffer()
        advance()
    }

    /// Closes the connection whatever is under way.
    func close() { context?.close(promise: nil) }

    /// Closes the connection if the client has kept it waiting for too long.
    func dismissIfStalled(_ now: NIODeadline) {
        guard let context, !isRunning else { return }
        let configuration = server.configuration
        let isExpected =
            received.readableBytes > 0 || isInputEnded || !context.channel.isWritable
            || !commands.session.isAuthenticated
        guard let timeout = isExpected ? configuration.stallTimeout : configuration.idleTimeout,
            now - lastProgress > TimeAmount(timeout)
        else { return }
        server.metrics.countDismissal()
        server.logger.info(
            "a client was dismissed",
            metadata: ["client": "\(commands.session.number)", "address": "\(commands.session.address)"])
        context.close(promise: nil)
    }
}
