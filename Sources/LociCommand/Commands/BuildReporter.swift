// Loci, Apache License 2.0.

import Loci
import Synchronization

/// Shows the stages of a build, one bar after the other, and stops it at Ctrl-C.
final class BuildReporter: BuildObserver {
    private struct State {
        var stage: BuildStage?
        var bar: ProgressBar?
        var done = 0
    }

    private let options: ProgressOptions
    private let state = Mutex(State())

    init(_ options: ProgressOptions) { self.options = options }

    var isCancelled: Bool { Interrupt.isRequested }

    func progress(stage: BuildStage, done: Int, total: Int) {
        guard !options.quiet else { return }
        state.withLock { state in
            if state.stage != stage {
                state.bar?.finish()
                state.stage = stage
                state.done = 0
                state.bar = options.bar(Self.title(stage), total: total, unit: "vectors")
            }
            // Threads may come with their counts in another order than they took them.
            state.done = max(state.done, done)
            state.bar?.update(to: state.done)
        }
    }

    /// Ends the last bar; without this call it is left as it stands, as after a failure.
    func finish() {
        state.withLock { $0.bar?.finish() }
    }

    private static func title(_ stage: BuildStage) -> String {
        switch stage {
        case .learning: "Reading vectors"
        case .preparing: "Coding vectors"
        case .linking: "Building graph"
        case .connecting: "Checking reach"
        case .writing: "Writing"
        }
    }
}

/// Shows work of one stage, and stops it at Ctrl-C.
final class BarReporter: BuildObserver {
    private let bar: ProgressBar

    init(_ bar: ProgressBar) { self.bar = bar }

    var isCancelled: Bool { Interrupt.isRequested }

    func progress(stage: BuildStage, done: Int, total: Int) {
        bar.update(to: done)
    }
}
