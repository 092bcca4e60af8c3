// Loci, Apache License 2.0.

import Loci
import Synchronization

/// Shows the stages of a tuning, one bar for the truth and one for each window, and stops it at Ctrl-C.
final class TuningReporter: Sendable {
    private struct State {
        var stage: TuningStage?
        var bar: ProgressBar?
    }

    private let options: ProgressOptions
    private let queries: Int
    private let state = Mutex(State())

    init(_ options: ProgressOptions, queries: Int) {
        self.options = options
        self.queries = queries
    }

    /// Counts a query that was answered.
    /// - Throws: `Interrupted` when a signal asked the command to end.
    func advance(_ stage: TuningStage) throws {
        try Interrupted.check()
        guard !options.quiet else { return }
        state.withLock { state in
            if state.stage != stage {
                state.bar?.finish()
                state.stage = stage
                state.bar = options.bar(Self.title(stage), total: queries, unit: "queries")
            }
            state.bar?.advance()
        }
    }

    /// Ends the last bar; without this call it is left as it stands, as after a failure.
    func finish() {
        state.withLock { $0.bar?.finish() }
    }

    private static func title(_ stage: TuningStage) -> String {
        switch stage {
        case .truth: "Finding the truth"
        case .window(let window): "Window \(window)"
        }
    }
}
