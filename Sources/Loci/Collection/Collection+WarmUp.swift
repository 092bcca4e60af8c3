// Loci, Apache License 2.0.

import LociStorage

extension Collection {
    /// Asks the system to read from the disk, in order, all that searches read: codes, links and what is ranked by.
    ///
    /// For after a start of the machine, where memory holds the collection: first searches find their pages in the system's
    /// cache, and do not wait for the disk hundreds of times. Where memory does not hold it, what is read first is driven
    /// out again, so leave it. The system reads on after the call has returned.
    ///
    /// - Returns: The bytes that were asked for.
    /// - Throws: `LociError`.
    /// - Complexity: O(chunks); nothing is read by the call itself.
    @discardableResult
    public func warmUp() throws -> Int {
        try withView { view in view.arrays.searched.reduce(0) { $0 + $1.readAhead() } }
    }
}
