// Loci, Apache License 2.0.

import NIOCore

/// A plan that is carried out. It belongs to the event loop of its connections.
///
/// In a closed loop a reply makes its connection send the next request. In an open loop requests fall due at a fixed rate; one
/// goes out on a connection that has room, at once or as soon as there is one, and its latency counts from when it fell due. So a
/// server that stalls is charged with all that would have come meanwhile (Tene, "How NOT to measure latency", 2013).
final class LoadRun {
    private let plan: LoadPlan
    private let connections: [LoadConnection]
    private let eventLoop: NIOIsolatedEventLoop
    private let promise: EventLoopPromise<LoadResult>
    private let watch: @Sendable (Duration) throws(ClientError) -> Void
    private let start = NIODeadline.now()
    private let end: NIODeadline
    private let processorStart = ThreadProcessorTime.now

    private var (watching, timer): (Scheduled<Void>?, Scheduled<Void>?)
    /// Requests sent so far, and those that are without a reply.
    private var (sent, inFlight) = (0, 0)
    /// The connection that is asked first for room: they take turns.
    private var turn = 0
    private var isSending = true
    private var isEnded = false
    private var latency = LatencyHistogram()
    private var (answered, errors) = (0, 0)
    private var firstError: String?

    init(
        _ plan: LoadPlan, on connections: [LoadConnection], _ eventLoop: NIOIsolatedEventLoop,
        promise: EventLoopPromise<LoadResult>,
        watch: @escaping @Sendable (Duration) throws(ClientError) -> Void
    ) {
        (self.plan, self.connections, self.eventLoop, self.promise, self.watch) = (
            plan, connections, eventLoop, promise, watch
        )
        end = start + TimeAmount(plan.duration)
    }

    /// Sends the first requests. The promise is kept when all is over.
    func begin() {
        do throws(ClientError) {
            for connection in connections { try connection.begin(self, pipeline: plan.pipeline) }
        } catch {
            return fail(error)
        }
        look()
        guard !isEnded else { return }
        // The closures keep the run alive until it ends.
        eventLoop.scheduleTask(deadline: end) { [self] in stopSending() }
        if plan.rate != nil { return sendDue() }
        for connection in connections {
            while connection.hasRoom { send(on: connection, at: .now()) }
            connection.flush()
        }
    }

    /// Lets who waits for the end have a look, ten times a second.
    private func look() {
        do throws(ClientError) {
            try watch(.nanoseconds((NIODeadline.now() - start).nanoseconds))
        } catch {
            return fail(error)
        }
        watching = eventLoop.scheduleTask(in: .milliseconds(100)) { [self] in look() }
    }

    /// Counts a reply, and sends the next request on its connection, which flushes it.
    func receive(from connection: LoadConnection, sent time: NIODeadline, now: NIODeadline, error: String?) {
        guard !isEnded else { return }
        inFlight -= 1
        latency.record(nanoseconds: UInt64(max(0, (now - time).nanoseconds)))
        if now <= end { answered += 1 }
        if let error {
            errors += 1
            if firstError == nil { firstError = error }
        }
        guard isSending else {
            if inFlight == 0 { finish() }
            return
        }
        if plan.rate == nil {
            send(on: connection, at: now)
        } else if due(by: now) > sent {
            send(on: connection, at: dueTime(of: sent))
        }
    }

    /// Ends the run with an error.
    func fail(_ error: ClientError) {
        guard !isEnded else { return }
        cancel()
        promise.fail(error)
    }

    private func send(on connection: LoadConnection, at time: NIODeadline) {
        connection.write(plan.requests[sent % plan.requests.count], at: time)
        sent += 1
        inFlight += 1
    }

    // Of an open loop.

    /// What falls due meanwhile goes out together, its latency counted from when it did: to wake for each costs the processors that the
    /// server has, too, as much as a short search. (At 22,000 requests a second 0.64 of one processor, and 0.51 so. wrk2 sleeps for a
    /// millisecond.)
    private static let shortestSleep = TimeAmount.microseconds(100)

    /// How many requests have fallen due. What would be at the very end is none.
    private func due(by time: NIODeadline) -> Int {
        guard let rate = plan.rate else { return sent }
        func count(_ time: TimeAmount) -> Double { Double(time.nanoseconds) * rate / 1e9 }
        return min(Int(count(time - start)) + 1, Int(count(end - start).rounded(.up)))
    }

    private func dueTime(of request: Int) -> NIODeadline {
        start + .nanoseconds(Int64(Double(request) * 1e9 / (plan.rate ?? 1)))
    }

    /// Sends what has fallen due, as far as there is room, and comes again when the next does.
    private func sendDue() {
        guard isSending, !isEnded else { return }
        let due = due(by: .now())
        var full = 0
        while sent < due, full < connections.count {
            let connection = connections[turn]
            turn = (turn + 1) % connections.count
            if connection.hasRoom {
                send(on: connection, at: dueTime(of: sent))
                connection.flush()
                full = 0
            } else {
                full += 1
            }
        }
        // What found no room goes out with the next reply.
        let next = max(dueTime(of: max(sent, due)), .now() + Self.shortestSleep)
        timer = eventLoop.scheduleTask(deadline: next) { [self] in sendDue() }
    }

    // The end.

    private func stopSending() {
        guard !isEnded else { return }
        isSending = false
        if inFlight == 0 { return finish() }
        timer?.cancel()
        timer = eventLoop.scheduleTask(in: TimeAmount(plan.drainTimeout)) { [self] in finish() }
    }

    private func finish() {
        guard !isEnded else { return }
        cancel()
        let now = NIODeadline.now()
        func wait(since time: NIODeadline) {
            latency.record(nanoseconds: UInt64(max(0, (now - time).nanoseconds)))
        }
        for connection in connections { connection.forEachInFlight(wait) }
        let unsent = max(0, due(by: end) - sent)
        for request in sent..<sent + unsent { wait(since: dueTime(of: request)) }
        promise.succeed(
            LoadResult(
                answered: answered, seconds: Double((end - start).nanoseconds) / 1e9, latency: latency,
                unanswered: inFlight + unsent, errors: errors, firstError: firstError,
                processorSeconds: ThreadProcessorTime.now - processorStart))
    }

    private func cancel() {
        isEnded = true
        timer?.cancel()
        watching?.cancel()
        for connection in connections { connection.end() }
    }
}
