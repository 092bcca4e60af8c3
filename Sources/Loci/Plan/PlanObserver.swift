// Loci, Apache License 2.0.

public import LociIndex

/// The parts of planning a build, in their order.
public enum PlanStage: Sendable, Equatable {
    /// Reading the sample.
    case sampling
    /// Finding the true neighbours of its queries.
    case truth
    /// Linking a graph of a degree over the sample.
    case graph(degree: Int)
    /// Coding the sample by a quantization, and searching it.
    case searching(Quantization)
}

/// Someone who watches a plan being made, and may stop it.
public protocol PlanObserver: Sendable {
    /// Called now and then, from any of the plan's threads.
    /// - Parameters:
    ///   - stage: The part that is under way.
    ///   - done: How many vectors have passed it; for `.searching`, how many queries have been answered.
    ///   - total: How many there are.
    func progress(stage: PlanStage, done: Int, total: Int)
    /// When this turns true planning ends with `IndexError.cancelled`.
    var isCancelled: Bool { get }
}

extension SilentObserver: PlanObserver {
    /// Does nothing.
    public func progress(stage: PlanStage, done: Int, total: Int) {}
}

/// Shows one stage of a build as a stage of a plan, and hides the others.
struct PlanStageObserver<Observer: PlanObserver>: BuildObserver {
    let observer: Observer
    /// What is shown; `nil` to show nothing.
    let shown: (build: BuildStage, plan: PlanStage)?

    var isCancelled: Bool { observer.isCancelled }

    func progress(stage: BuildStage, done: Int, total: Int) {
        if let shown, stage == shown.build { observer.progress(stage: shown.plan, done: done, total: total) }
    }
}
