// Loci, Apache License 2.0.

import LociProtocol
import NIOCore

/// A connection under load. It belongs to the event loop of its run.
final class LoadConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let address: String
    private var scanner = ReplyScanner()
    private var received = ByteBuffer()
    private var context: ChannelHandlerContext?
    /// When requests without a reply were sent, or were meant to be: a ring, oldest first.
    private var sentAt: [NIODeadline] = []
    private var oldest = 0
    private(set) var inFlight = 0
    private var failure: ClientError?
    /// nil between runs.
    private var run: LoadRun?

    init(address: String) {
        self.address = address
    }

    /// Makes room for the requests of a run.
    ///
    /// - Throws: What has ended the connection; `timeout` where an earlier run still waits for replies.
    func begin(_ run: LoadRun, pipeline: Int) throws(ClientError) {
        if let failure { throw failure }
        guard inFlight == 0 else {
            throw .timeout(address: address, seconds: Double((.now() - sentAt[oldest]).nanoseconds) / 1e9)
        }
        self.run = run
        sentAt = Array(repeating: .now(), count: pipeline)
        oldest = 0
    }

    /// Forgets the run, of which later replies are none of.
    func end() {
        run = nil
    }

    /// Whether another request may be sent.
    var hasRoom: Bool { inFlight < sentAt.count }

    /// Writes a request. It goes out with `flush`.
    func write(_ request: ByteBuffer, at time: NIODeadline) {
        sentAt[(oldest + inFlight) % sentAt.count] = time
        inFlight += 1
        context?.write(wrapOutboundOut(request), promise: nil)
    }

    func flush() {
        context?.flush()
    }

    /// Calls `body` with the times of requests that have no reply.
    func forEachInFlight(_ body: (NIODeadline) -> Void) {
        for place in 0..<inFlight { body(sentAt[(oldest + place) % sentAt.count]) }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let now = NIODeadline.now()
        var chunk = unwrapInboundIn(data)
        if received.readableBytes == 0 {
            received = chunk
        } else {
            received.discardReadBytes()
            received.writeBuffer(&chunk)
        }
        do throws(ProtocolError) {
            while failure == nil {
                let bytes = received
                switch try scanner.next(in: bytes.readableBytesSpan) {
                case .needMore(let consumed):
                    received.moveReaderIndex(forwardBy: consumed)
                    return
                case .reply(let error, let consumed):
                    received.moveReaderIndex(forwardBy: consumed)
                    guard inFlight > 0 else { return fail(.unexpectedReply(address: address)) }
                    let sent = sentAt[oldest]
                    oldest = (oldest + 1) % sentAt.count
                    inFlight -= 1
                    run?.receive(from: self, sent: sent, now: now, error: error)
                }
            }
        } catch {
            fail(.protocolError(address: address, error))
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.flush()
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(.closed(address: address))
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        fail(.closed(address: address))
    }

    private func fail(_ error: ClientError) {
        guard failure == nil else { return }
        failure = error
        run?.fail(error)
        context?.close(promise: nil)
    }
}
