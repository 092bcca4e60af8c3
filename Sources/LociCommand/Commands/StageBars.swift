// Loci, Apache License 2.0.

import Loci
import Synchronization

/// The stages of long work as bars, one after the other.
final class StageBars<Stage: Equatable & Sendable>: Sendable {
    private struct State {
        var stage: Stage?
        var bar: ProgressBar?
        var done = 0
    }

    private let options: ProgressOptions
    private let state = Mutex(State())

    init(_ options: ProgressOptions) { self.options = options }

    /// Shows how far a stage has come; another stage than the last begins a bar of that title and unit.
    func update(_ stage: Stage, title: String, unit: String, done: Int, total: Int) {
        guard !options.quiet else { return }
        state.withLock { state in
            if state.stage != stage {
                state.bar?.finish()
                state.stage = stage
                state.done = 0
                state.bar = options.bar(title, total: total, unit: unit)
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
}
