// Loci, Apache License 2.0.

package import NIOCore

/// What load a server is put under.
package struct LoadPlan: Sendable {
    /// The requests, each as it is sent; they are sent in turn, again and again. At least one.
    package var requests: [ByteBuffer]
    /// How many requests of a connection may be without a reply.
    package var pipeline = 1
    /// How long requests are sent.
    package var duration = Duration.seconds(2)
    /// Requests a second over all connections, sent whether or not the server keeps up (an open loop); nil to send a request
    /// when a reply comes (a closed loop).
    package var rate: Double?
    /// How long replies are waited for when the time is over.
    package var drainTimeout = Duration.seconds(10)

    /// A plan for one request a connection, in a closed loop.
    package init(requests: [RequestEncoder]) {
        self.requests = requests.map(\.bytes)
    }
}

/// What came of it.
package struct LoadResult: Sendable {
    /// The requests that were answered within the time.
    package let answered: Int
    /// The time, in seconds.
    package let seconds: Double
    /// The times from when a request was sent, or in an open loop from when it was meant to be, until its reply was there.
    /// Requests that were sent in time and answered later count; one that never was counts with the time that it waited.
    package let latency: LatencyHistogram
    /// The requests that were to be sent, and had no reply when the last was waited for long enough.
    package let unanswered: Int
    /// The replies that were errors, and the first of them.
    package let errors: Int
    /// The text of the first error.
    package let firstError: String?
    /// How long the one thread that sent and received was at work, in seconds: near `seconds`, it is the client that is
    /// measured.
    package let processorSeconds: Double
}
