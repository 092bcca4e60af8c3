// Loci, Apache License 2.0.

import Loci

/// Shows the stages of a build, and stops it at Ctrl-C.
final class BuildReporter: BuildObserver {
    private let bars: StageBars<BuildStage>

    init(_ options: ProgressOptions) { bars = StageBars(options) }

    var isCancelled: Bool { Interrupt.isRequested }

    func progress(stage: BuildStage, done: Int, total: Int) {
        bars.update(stage, title: Self.title(stage), unit: "vectors", done: done, total: total)
    }

    /// Ends the last bar.
    func finish() { bars.finish() }

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
