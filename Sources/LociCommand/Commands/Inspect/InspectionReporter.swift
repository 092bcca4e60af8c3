// Loci, Apache License 2.0.

import Loci
import Synchronization

/// Shows how far an inspection is, and stops it at Ctrl-C.
final class InspectionReporter: Sendable {
    /// What is counted: a stage of one subject.
    private struct Stage: Equatable, Sendable {
        let subject: String
        let title: String
    }

    private let bars: StageBars<Stage>
    private let done = Mutex<(stage: Stage?, count: Int)>((nil, 0))

    init(_ options: ProgressOptions) { bars = StageBars(options) }

    /// Counts a query of a stage.
    /// - Parameter total: How many queries it has.
    /// - Throws: `Interrupted` when a signal asked the command to end.
    func advance(_ stage: InspectionStage, of subject: String, total: Int) throws {
        switch stage {
        // One step each, quicker than a bar is seen.
        case .graph, .codes: try Interrupted.check()
        case .truth: try advance("Finding the truth", of: subject, total: total, unit: "queries")
        case .window(let window): try advance("Window \(window)", of: subject, total: total, unit: "queries")
        case .walks: try advance("Following walks", of: subject, total: total, unit: "queries")
        }
    }

    /// Counts a step of any work.
    func advance(_ title: String, of subject: String, total: Int, unit: String) throws {
        try Interrupted.check()
        let stage = Stage(subject: subject, title: title)
        let count = done.withLock { done in
            done = (stage, done.stage == stage ? done.count + 1 : 1)
            return done.count
        }
        bars.update(stage, title: title, unit: unit, done: count, total: total)
    }

    /// Ends the last bar; without this call it is left as it stands, as after a failure.
    func finish() { bars.finish() }
}
