// Loci, Apache License 2.0.

import Loci

/// Shows the stages of planning, and stops it at Ctrl-C.
final class PlanReporter: PlanObserver {
    private let bars: StageBars<PlanStage>

    init(_ options: ProgressOptions) { bars = StageBars(options) }

    var isCancelled: Bool { Interrupt.isRequested }

    func progress(stage: PlanStage, done: Int, total: Int) {
        bars.update(stage, title: Self.title(stage), unit: Self.unit(stage), done: done, total: total)
    }

    /// Ends the last bar.
    func finish() { bars.finish() }

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
