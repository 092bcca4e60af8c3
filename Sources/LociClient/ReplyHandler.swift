// Loci, Apache License 2.0.

package import LociProtocol
import NIOCore
import NIOSSL

/// What came back for requests that were sent together.
package struct Exchange: Sendable {
    /// The replies, in the order of the requests: all of them, if nothing failed.
    package internal(set) var replies: [Reply] = []
    /// What ended it before all replies were there.
    package internal(set) var failure: ClientError?
}

/// Gathers the replies of a connection. It belongs to the connection's event loop.
final class ReplyHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// An exchange under way.
    private struct Pending {
        let count: Int
        let promise: EventLoopPromise<Exchange>
        var exchange = Exchange()
    }

    private let address: String
    private let timeout: TimeAmount
    private let isInterrupted: @Sendable () -> Bool
    private var decoder: ReplyDecoder
    private var received = ByteBuffer()
    private var pending: Pending?
    private var heardAt = NIODeadline.now()
    private var watch: Scheduled<Void>?
    /// What ended the connection: each later exchange fails with it.
    private var failure: ClientError?

    init(
        address: String, limits: ReplyLimits, timeout: TimeAmount, isInterrupted: @escaping @Sendable () -> Bool
    ) {
        (self.address, self.timeout, self.isInterrupted) = (address, timeout, isInterrupted)
        decoder = ReplyDecoder(limits: limits)
    }

    /// Sends requests; their replies are to be in the promise.
    func begin(_ requests: ByteBuffer, count: Int, promise: EventLoopPromise<Exchange>, on channel: any Channel) {
        if let failure {
            return promise.succeed(Exchange(failure: failure))
        }
        guard count > 0 else { return promise.succeed(Exchange()) }
        pending = Pending(count: count, promise: promise)
        heardAt = .now()
        channel.writeAndFlush(requests, promise: nil)
        lookLater(channel)
    }

    /// Looks whether to wait on: often enough for a person who presses Ctrl-C, and for timeouts that are shorter.
    private func lookLater(_ channel: any Channel) {
        let interval = min(TimeAmount.milliseconds(100), .nanoseconds(max(1, timeout.nanoseconds / 4)))
        watch = channel.eventLoop.assumeIsolated().scheduleTask(in: interval) { [self] in
            guard pending != nil else { return }
            if isInterrupted() {
                fail(.interrupted, channel)
            } else if .now() - heardAt > timeout {
                fail(.timeout(address: address, seconds: Double(timeout.nanoseconds) / 1e9), channel)
            } else {
                lookLater(channel)
            }
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var chunk = unwrapInboundIn(data)
        heardAt = .now()
        if received.readableBytes == 0 {
            received = chunk
        } else {
            received.discardReadBytes()
            received.writeBuffer(&chunk)
        }
        do throws(ProtocolError) {
            try takeReplies(context.channel)
        } catch {
            fail(.protocolError(address: address, error), context.channel)
        }
    }

    private func takeReplies(_ channel: any Channel) throws(ProtocolError) {
        while failure == nil {
            let bytes = received
            switch try decoder.next(in: bytes.readableBytesSpan) {
            case .needMore(let consumed):
                received.moveReaderIndex(forwardBy: consumed)
                return
            case .reply(.push, let consumed):
                received.moveReaderIndex(forwardBy: consumed)
            case .reply(let reply, let consumed):
                received.moveReaderIndex(forwardBy: consumed)
                guard pending != nil else { return fail(.unexpectedReply(address: address), channel) }
                pending?.exchange.replies.append(reply)
                if let pending, pending.exchange.replies.count == pending.count { finish(nil) }
            }
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        fail(.closed(address: address), context.channel)
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        // The server closed the connection without a last word of TLS, as many do.
        case NIOSSLError.uncleanShutdown: fail(.closed(address: address), context.channel)
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError:
            fail(.encryption(address: address, reason: "\(error)"), context.channel)
        default:
            fail(.closed(address: address), context.channel)
        }
    }

    private func fail(_ error: ClientError, _ channel: any Channel) {
        guard failure == nil else { return }
        failure = error
        finish(error)
        channel.close(promise: nil)
    }

    private func finish(_ failure: ClientError?) {
        watch?.cancel()
        watch = nil
        guard var pending else { return }
        self.pending = nil
        pending.exchange.failure = failure
        pending.promise.succeed(pending.exchange)
    }
}
