// Loci, Apache License 2.0.

import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One line on a terminal that shows how far long work is.
///
/// ```
/// Building graph ▕███████████▌          ▏  52 %  31,200/60,000   3,612/s  8 s left
/// ```
///
/// It is redrawn at most ten times a second, and never where no one looks (see ``Surface``). Worker threads may call
/// ``advance(by:)`` at will: mostly it is an atomic addition and a look at the clock.
final class ProgressBar: Sendable {
    /// Where a bar is drawn, and the clock that it goes by.
    struct Surface: Sendable {
        /// Whether anything is drawn at all.
        let isVisible: Bool
        /// The columns of the terminal, asked anew for each drawing.
        let columns: @Sendable () -> Int
        /// The time since any fixed moment.
        let now: @Sendable () -> Duration
        let write: @Sendable (String) -> Void

        /// Standard error, if it is a terminal that knows how to go back in a line.
        static var standardError: Surface {
            let start = ContinuousClock.now
            let isDumb = getenv("TERM").map { String(cString: $0) == "dumb" } ?? true
            return Surface(
                isVisible: Console.error.isTerminal && !isDumb, columns: { Console.error.columns ?? 80 },
                now: { ContinuousClock.now - start }, write: { Console.error.note($0) })
        }
    }

    private struct State {
        var isEnded = false
        var drawnAt: Duration
        var drawnDone = 0
        var rate = 0.0
    }

    private static let redrawInterval = Duration.milliseconds(100)
    /// Over how many seconds the rate is an average, once the work has taken that long.
    private static let rateWindow = 15.0

    private let title: String
    private let unit: String
    private let total: Int?
    private let surface: Surface
    private let start: Duration
    private let done = Atomic<Int>(0)
    /// When the next drawing is due, in nanoseconds of the surface's clock.
    private let dueAt: Atomic<Int64>
    private let state: Mutex<State>

    /// Begins, and draws the bar at zero.
    ///
    /// - Parameters:
    ///   - title: what is being done: "Building graph".
    ///   - total: how many units of work there are, or nil if that is not known.
    ///   - unit: what is counted, for the last line: "vectors".
    init(_ title: String, total: Int?, unit: String, on surface: Surface = .standardError) {
        self.title = TextWidth.printable(title)
        self.unit = unit
        self.total = total.map { max(0, $0) }
        self.surface = surface
        start = surface.isVisible ? surface.now() : .zero
        state = Mutex(State(drawnAt: start))
        dueAt = Atomic(Self.nanoseconds(start))
        drawIfDue()
    }

    deinit {
        abandon()
    }

    /// Says that so many units more are done.
    func advance(by count: Int = 1) {
        guard surface.isVisible else { return }
        done.wrappingAdd(count, ordering: .relaxed)
        drawIfDue()
    }

    /// Says that so many units are done in all.
    func update(to count: Int) {
        guard surface.isVisible else { return }
        done.store(count, ordering: .relaxed)
        drawIfDue()
    }

    /// Puts a last line with the number of units done and the time in the place of the bar.
    func finish() {
        end { now in
            let count = done.load(ordering: .relaxed)
            let elapsed = Format.seconds(now - start)
            var line = "\(title): \(Format.count(count)) \(unit) in \(Format.duration(seconds: elapsed))"
            let rate = " (\(Format.rate(Double(count) / elapsed)))"
            let room = max(1, surface.columns() - 1)
            if count > 0, elapsed > 0, TextWidth.columns(line + rate) <= room { line += rate }
            return "\r\u{1B}[K" + TextWidth.truncated(line, to: room) + "\n"
        }
    }

    /// Leaves the bar as it stands and goes to the next line, as when the work failed. Nothing is drawn after.
    ///
    /// A bar that goes out of use without ``finish()`` does this by itself.
    func abandon() {
        end { _ in "\n" }
    }

    private func end(_ lastWords: (Duration) -> String) {
        guard surface.isVisible else { return }
        state.withLock { state in
            guard !state.isEnded else { return }
            state.isEnded = true
            surface.write(lastWords(surface.now()))
        }
    }

    private func drawIfDue() {
        guard surface.isVisible else { return }
        let now = surface.now()
        guard Self.nanoseconds(now) >= dueAt.load(ordering: .relaxed) else { return }
        // A thread that finds another one drawing goes on with its work.
        _ = state.withLockIfAvailable { state in
            guard !state.isEnded, Self.nanoseconds(now) >= dueAt.load(ordering: .relaxed) else { return }
            dueAt.store(Self.nanoseconds(now + Self.redrawInterval), ordering: .relaxed)
            let count = done.load(ordering: .relaxed)
            let elapsed = Format.seconds(now - start)
            let step = Format.seconds(now - state.drawnAt)
            if step > 0 {
                // While the weight is step / elapsed this is the plain average; later the far past fades.
                let current = Double(count - state.drawnDone) / step
                state.rate += (current - state.rate) * min(1, step / min(elapsed, Self.rateWindow))
            }
            state.drawnAt = now
            state.drawnDone = count
            let line = ProgressLine(title: title, done: count, total: total, rate: state.rate, elapsed: elapsed)
            // The last column stays free: some terminals go to the next line when it is written.
            surface.write("\r" + line.rendered(columns: surface.columns() - 1) + "\u{1B}[K")
        }
    }

    private static func nanoseconds(_ time: Duration) -> Int64 {
        let parts = time.components
        return parts.seconds &* 1_000_000_000 &+ parts.attoseconds / 1_000_000_000
    }
}
