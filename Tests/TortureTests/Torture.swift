// Loci, Apache License 2.0.

import TestSupport

/// How hard the torture is.
enum Torture {
    /// Whether `LOCI_TORTURE` is set: `make torture`, which takes its time.
    static let isLong = TestSettings.text("LOCI_TORTURE") != nil

    /// How many rounds: few in every run of the tests, or many.
    static func rounds(_ usual: Int, torture: Int) -> Int {
        isLong ? TestSettings.iterations(torture) : usual
    }
}
