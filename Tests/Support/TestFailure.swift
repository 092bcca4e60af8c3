// Loci, Apache License 2.0.

/// An error of the tests' own, which no module under test throws.
package struct TestFailure: Error, CustomStringConvertible {
    /// What went wrong.
    package let what: String

    package var description: String { what }

    /// An error that says what went wrong.
    package init(_ what: String) {
        self.what = what
    }
}
