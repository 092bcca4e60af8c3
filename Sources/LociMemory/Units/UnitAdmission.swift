// Loci, Apache License 2.0.

import LociAttributes

/// What units and vectors may be.
enum UnitAdmission {
    /// The most bytes of a text.
    static let maximumTextBytes = 32_768
    /// The most bytes of the names of sessions, keys and speakers.
    static let maximumNameBytes = 255
    static let maximumMetadataBytes = 16_384
    static let maximumProvenance = 1_000
    /// How far ahead of the clock a unit may say that it happened: 100 years.
    private static let maximumAhead = 3_155_760_000.0

    /// - Parameter index: The place of the unit among those given, for the error.
    /// - Throws: `MemoryError.badUnit`.
    static func validate(_ unit: NewUnit, index: Int, now: Double) throws(MemoryError) {
        func fail(_ field: String, _ reason: String) -> MemoryError {
            .badUnit(index: index, field: field, reason: reason)
        }
        if unit.kind == .session { throw fail("kind", "sessions are made of their turns; remember turns") }
        try validateText(unit.text, index: index)
        for (field, name) in [("session", unit.session), ("key", unit.key), ("speaker", unit.speaker)] {
            guard let name else { continue }
            if let reason = fault(ofName: name) { throw fail(field, reason) }
        }
        guard unit.importance >= 0, unit.importance <= 1 else {
            throw fail("importance", "\(unit.importance) is outside of 0 to 1")
        }
        for (field, time) in [("time", unit.time), ("expires", unit.expires)] {
            guard let time else { continue }
            guard time.isFinite else { throw fail(field, "it is not finite; give seconds since the beginning of 1970") }
            guard abs(time) <= now + maximumAhead else {
                throw fail(field, "\(time) is more than a hundred years ahead; give seconds, not milliseconds")
            }
        }
        if let bytes = unit.metadata?.utf8.count, bytes > maximumMetadataBytes {
            throw fail("metadata", "\(bytes) bytes, and \(maximumMetadataBytes) is the limit")
        }
        guard unit.provenance.count <= maximumProvenance else {
            throw fail("provenance", "\(unit.provenance.count) units, and \(maximumProvenance) is the limit")
        }
    }

    static func validateText(_ text: String, index: Int) throws(MemoryError) {
        func fail(_ reason: String) -> MemoryError { .badUnit(index: index, field: "text", reason: reason) }
        let bytes = text.utf8.count
        guard bytes <= maximumTextBytes else {
            throw fail("\(bytes) bytes, and \(maximumTextBytes) is the limit; give it as several turns")
        }
        guard text.unicodeScalars.contains(where: { !$0.properties.isWhitespace }) else { throw fail("it is empty") }
        guard !text.unicodeScalars.contains(where: { $0.value == 0 }) else { throw fail("it has a zero byte") }
    }

    private static func fault(ofName name: String) -> String? {
        let bytes = name.utf8.count
        if bytes == 0 { return "it is empty" }
        if bytes > maximumNameBytes { return "\(bytes) bytes, and \(maximumNameBytes) is the limit" }
        if name.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) {
            return "it has control characters"
        }
        return nil
    }

    /// - Throws: `MemoryError.badVector` for a vector of another length, without direction, or with what is no number.
    static func validate(_ vector: [Float], dimension: Int, index: Int) throws(MemoryError) {
        guard vector.count == dimension else {
            throw .badVector(index: index, reason: "it has \(vector.count) numbers, and the memory's have \(dimension)")
        }
        guard vector.allSatisfy(\.isFinite) else {
            throw .badVector(index: index, reason: "it has a number that is not finite")
        }
        guard vector.contains(where: { $0 != 0 }) else { throw .badVector(index: index, reason: "it is zero") }
    }
}
