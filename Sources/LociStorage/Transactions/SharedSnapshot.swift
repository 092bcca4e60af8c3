// Loci, Apache License 2.0.

import Synchronization

/// The last snapshot that was made, as long as anyone holds it.
final class SharedSnapshot: Sendable {
    private struct Reference: Sendable {
        weak let snapshot: Snapshot?
    }

    private let reference = Mutex(Reference(snapshot: nil))

    /// The snapshot, or nil if it ended.
    var current: Snapshot? {
        get { reference.withLock { $0.snapshot } }
        set {
            let new = Reference(snapshot: newValue)
            reference.withLock { $0 = new }
        }
    }
}
