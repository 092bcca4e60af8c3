// Loci, Apache License 2.0.

import Loci
import Synchronization

/// Shows the stages of planning, one bar after the other, and stops it at Ctrl-C.
final class PlanReporter: PlanObserver {
    private struct State {
        var stage: PlanStage?
        var bar: ProgressBar?
        var done = 0
    }

    private let options: ProgressOptions
    private let state = Mutex(State())

    init(_ options: ProgressOptions) { self.options = options }

    var isCancelled: Bool { Interrupt.isRequested }

    func progress(stage: PlanStage, done: Int, total: Int) {
        guard !options.quiet else { return }
        state.withLock { state in
            if state.stage != stage {
                state.bar?.finish()
                state.stage = stage
                state.done = 0
                state.bar = options.bar(Self.title(stage), total: total, unit: Self.unit(stage))
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

    private static func title(_ stage: PlanStage) -> String {
        switch stage {
        case .sampling: "Reading a sample"
        case .truth: "Finding the truth"
        case .graph(let degree): "Trying degree \(degree)"
        case .searching(let quantization): "Trying \(quantization)"
        }
    }

    private static func unit(_ stage: PlanStage) -> String {
        if case .searching = stage { "queries" } else { "vectors" }
    }
}
