// Loci, Apache License 2.0.

public import LociAttributes

/// What is to be remembered.
public struct NewUnit: Sendable, Equatable {
    /// The granularity. Sessions are made of their turns, and are not given.
    public var kind: UnitKind
    /// The caller's name of the session, 1 to 255 bytes.
    public var session: String
    /// The text, 1 to 32,768 bytes.
    public var text: String
    /// Who said it.
    public var speaker: String?
    /// The caller's own name for it, 1 to 255 bytes: a unit that is given again under it is not stored again.
    public var key: String?
    /// Its vector, by the memory's model; nil to have the memory's embedder make it.
    public var vector: [Float]?
    /// When it happened, in seconds since the beginning of 1970.
    public var time: Double?
    /// How much it matters, from 0 to 1.
    public var importance: Double
    /// Whether it stays what it is when others fade.
    public var isPinned: Bool
    /// When it is forgotten, in seconds since the beginning of 1970.
    public var expires: Double?
    /// The units that it was made of.
    public var provenance: [UnitID]
    /// The unit that it takes the place of.
    public var supersedes: UnitID?
    /// Whatever the caller wants to keep with it, up to 16,384 bytes.
    public var metadata: Attributes?

    /// A unit of a session.
    public init(
        _ kind: UnitKind = .turn, session: String, text: String, speaker: String? = nil, key: String? = nil,
        vector: [Float]? = nil, time: Double? = nil, importance: Double = 0.5, isPinned: Bool = false,
        expires: Double? = nil, provenance: [UnitID] = [], supersedes: UnitID? = nil, metadata: Attributes? = nil
    ) {
        (self.kind, self.session, self.text, self.speaker, self.key) = (kind, session, text, speaker, key)
        (self.vector, self.time, self.importance, self.isPinned) = (vector, time, importance, isPinned)
        (self.expires, self.provenance, self.supersedes, self.metadata) = (expires, provenance, supersedes, metadata)
    }

    /// What a unit was given as, or would be.
    init(_ unit: MemoryUnit) {
        self.init(
            unit.id.kind, session: unit.session, text: unit.text, speaker: unit.speaker, key: unit.key, time: unit.time,
            importance: unit.importance, isPinned: unit.isPinned, expires: unit.expires, provenance: unit.provenance,
            supersedes: unit.supersedes, metadata: unit.metadata)
    }

    /// What an embedder is given, and what words are searched in: the text, and before it who said it.
    var spokenText: String { speaker.map { "\($0): \(text)" } ?? text }
}

/// A unit that is remembered.
public struct MemoryUnit: Sendable, Equatable {
    /// Its identifier in the namespace.
    public let id: UnitID
    /// The caller's name of its session.
    public let session: String
    /// The text.
    public internal(set) var text: String
    /// Who said it.
    public internal(set) var speaker: String?
    /// The caller's own name for it.
    public let key: String?
    /// When it happened, in seconds since the beginning of 1970.
    public internal(set) var time: Double?
    /// When it was written.
    public let written: Double
    /// How much it matters, from 0 to 1.
    public internal(set) var importance: Double
    /// Whether it stays what it is when others fade.
    public internal(set) var isPinned: Bool
    /// When it is forgotten.
    public internal(set) var expires: Double?
    /// The units that it was made of.
    public let provenance: [UnitID]
    /// How often it was changed, from 1.
    public internal(set) var version: Int
    /// The unit that it took the place of.
    public let supersedes: UnitID?
    /// The unit that took its place.
    public internal(set) var supersededBy: UnitID?
    /// When it was put aside, by a unit that took its place or by hand; nil while it counts.
    public internal(set) var archived: Double?
    /// Whatever the caller keeps with it.
    public internal(set) var metadata: Attributes?

    /// The text, and before it who said it.
    public var spokenText: String { speaker.map { "\($0): \(text)" } ?? text }
}
