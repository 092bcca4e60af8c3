// Loci, Apache License 2.0.

import Synchronization

/// The parts of a build, in their order.
public enum BuildStage: Int, Sendable, CaseIterable {
    /// Reading all vectors, and learning their mean.
    case learning
    /// Coding them for the build.
    case preparing
    /// Linking them into the graph.
    case linking
    /// Making sure that each can be reached.
    case connecting
    /// Writing codes and graph to the database.
    case writing
}

/// Someone who watches a build, and may stop it.
public protocol BuildObserver: Sendable {
    /// Called now and then, from any of the build's threads.
    /// - Parameters:
    ///   - stage: The part of the build that is under way.
    ///   - done: How many vectors have passed it.
    ///   - total: How many there are.
    func progress(stage: BuildStage, done: Int, total: Int)
    /// When this turns true the build ends with `IndexError.cancelled`, and nothing has changed.
    var isCancelled: Bool { get }
}

/// Nobody watches.
public struct SilentObserver: BuildObserver {
    /// An observer that does nothing.
    public init() {}
    /// Does nothing.
    public func progress(stage: BuildStage, done: Int, total: Int) {}
    /// Never.
    public var isCancelled: Bool { false }
}

/// Counts what the threads of one stage have done, and tells the observer.
package final class BuildProgress: Sendable {
    private let stage: BuildStage
    private let total: Int
    private let observer: any BuildObserver
    private let done = Atomic<Int>(0)

    package init(stage: BuildStage, total: Int, observer: any BuildObserver) {
        self.stage = stage
        self.total = total
        self.observer = observer
        observer.progress(stage: stage, done: 0, total: total)
    }

    /// Adds to what is done.
    package func advance(_ count: Int) {
        let done = done.wrappingAdd(count, ordering: .relaxed).newValue
        observer.progress(stage: stage, done: done, total: total)
    }

    /// - Throws: `IndexError.cancelled` when the observer wants to stop.
    package func checkCancelled() throws(IndexError) {
        if observer.isCancelled { throw .cancelled }
    }
}
