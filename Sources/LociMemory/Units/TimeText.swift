// Loci, Apache License 2.0.

import LociAttributes

/// Times as people and programs write them: as RFC 3339 does, or as seconds since the beginning of 1970.
package enum TimeText {
    /// The seconds since the beginning of 1970 of a text; nil if it is no time.
    package static func seconds(_ text: String) -> Double? {
        if let seconds = Double(text), seconds.isFinite { return seconds }
        return Timestamp(text)?.seconds
    }
}
