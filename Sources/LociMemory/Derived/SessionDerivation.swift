// Loci, Apache License 2.0.

import Loci
import LociAttributes

/// What is to be done so that the derived units of one kind of a session are up to date.
struct SessionDerivation {
    /// A unit that is to be written.
    struct Draft {
        let key: String
        let text: String
        let source: DerivedSource
    }

    let keys: DerivedKey
    let session: String
    /// Parts whose units are missing or were made of something else; counted from 0.
    private(set) var stale: [(part: Int, source: DerivedSource)] = []
    /// Derived units that belong to no part any more.
    private(set) var orphans: [MemoryUnit] = []
    /// Derived units of stale parts, as they are.
    private(set) var old: [Int: [MemoryUnit]] = [:]
    /// What was made of the stale parts.
    var drafts: [Draft] = []

    var isEmpty: Bool { stale.isEmpty && orphans.isEmpty }

    /// - Parameters:
    ///   - count: How many turns a unit is made of at most.
    ///   - again: Whether all is made anew.
    init(
        _ kind: UnitKind, of number: UInt32, turnsEach count: Int, again: Bool, now: Double, _ reader: NamespaceReader
    ) throws {
        keys = DerivedKey(kind: kind, session: number)
        session = try reader.session(number).name
        let turns = try Self.units(.turn, of: number, reader).filter { $0.isLive(at: now) }
        var known: [Int: MemoryUnit] = [:]
        for unit in try Self.units(kind, of: number, reader) {
            if let place = unit.key.flatMap({ keys.number($0) }) { known[place] = unit }
        }
        for (part, source) in DerivedSource.parts(of: turns, count: count).enumerated() {
            let present = keys.numbers(ofPart: part).compactMap { known.removeValue(forKey: $0) }
            let fingerprint = source.fingerprint
            guard again || present.isEmpty || present.contains(where: { $0.source != fingerprint }) else { continue }
            stale.append((part, source))
            old[part] = present
        }
        orphans = known.values.sorted { $0.id < $1.id }
    }

    private static func units(_ kind: UnitKind, of number: UInt32, _ reader: NamespaceReader) throws -> [MemoryUnit] {
        guard let collection = try reader.collection(kind) else { return [] }
        let bounds = SessionText.bounds(of: number)
        return try collection.identifiers(from: bounds.lower, to: bounds.upper).compactMap { id in
            try UnitID(kind, id).flatMap { try reader.unit($0) }
        }
    }

    // MARK: Writing

    /// Writes the drafts, and forgets what has no part any more.
    /// - Parameters:
    ///   - vectors: A vector for each draft; nil where each is to be the mean of its turns.
    /// - Returns: How many units were written.
    func write(_ vectors: [[Float]]?, in writer: inout NamespaceWriter, now: Double) throws -> Int {
        var count = 0
        for unit in orphans { try remove(unit, in: &writer) }
        for (part, source) in stale {
            // What changed while a hook was at work is left for the next time.
            guard try isUnchanged(source, in: &writer, now: now) else { continue }
            let numbers = keys.numbers(ofPart: part)
            let own = drafts.indices.filter { numbers.contains(keys.number(drafts[$0].key) ?? 0) }
            for place in own {
                let vector = try vectors?[place] ?? Self.mean(of: source, in: &writer)
                if try put(drafts[place], vector, in: &writer, now: now) { count += 1 }
            }
            let kept = Set(own.map { drafts[$0].key })
            for unit in old[part] ?? [] where !kept.contains(unit.key ?? "") { try remove(unit, in: &writer) }
        }
        return count
    }

    /// Whether all turns are still there and say what they said.
    private func isUnchanged(_ source: DerivedSource, in writer: inout NamespaceWriter, now: Double) throws -> Bool {
        for turn in source.turns {
            guard let unit = try writer.unit(turn.id), unit.isLive(at: now), unit.spokenText.isSame(turn.spokenText)
            else { return false }
        }
        return true
    }

    /// Writes a unit, in the place of the one that has its key.
    ///
    /// It is changed in place and not superseded: what is derived is a function of turns, and they have the history. Old summaries that
    /// were kept would only be more for each recall to leave out. The time that it was written is the new one, so that a recall *as of* a
    /// time before does not see what was not known then.
    private func put(
        _ draft: Draft, _ vector: [Float], in writer: inout NamespaceWriter, now: Double
    ) throws -> Bool {
        let source = draft.source
        let turns = source.turns.map(\.id)
        let mark: AttributeValue = .string(source.fingerprint)
        guard let id = try writer.unit(ofKey: draft.key) else {
            let metadata = try Attributes([MemoryUnit.sourceField: mark])
            let new = NewUnit(
                keys.kind, session: session, text: draft.text, key: draft.key, time: source.time,
                expires: source.expires, provenance: turns, metadata: metadata)
            try UnitAdmission.validate(new, index: 0, now: now)
            _ = try writer.add(new, vector: vector)
            return true
        }
        guard id.kind == keys.kind, let old = try writer.unit(id) else {
            throw MemoryError.keyTaken(key: draft.key, by: id)
        }
        var members: [String: AttributeValue] = [:]
        if case .object(let own)? = old.metadata?[] { members = own }
        members[MemoryUnit.sourceField] = mark
        let unit = MemoryUnit(
            id: id, session: old.session, text: draft.text, speaker: nil, key: old.key, time: source.time, written: now,
            importance: old.importance, isPinned: old.isPinned, expires: source.expires, provenance: turns,
            version: old.version + 1, supersedes: old.supersedes, supersededBy: old.supersededBy,
            archived: old.archived, metadata: try Attributes(members))
        try writer.put(unit, replacing: old, vector: vector)
        return true
    }

    /// Forgets a unit, unless somebody has changed it in the meantime.
    private func remove(_ unit: MemoryUnit, in writer: inout NamespaceWriter) throws {
        guard let now = try writer.unit(unit.id), now.version == unit.version else { return }
        try writer.remove(now)
    }

    /// A mean of unit vectors that is shorter than this has no direction: what is left of it is how vectors were rounded.
    private static let leastMean = 1e-3

    /// The mean direction of the vectors of turns; that of the first where they point in all directions alike.
    private static func mean(of source: DerivedSource, in writer: inout NamespaceWriter) throws -> [Float] {
        var sum: [Double] = []
        var first: [Float] = []
        let turns = try writer.collection(.turn)
        for turn in source.turns {
            guard let vector = try turns?.get(turn.id.vectorID) else { continue }
            let length = vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
            if sum.isEmpty {
                first = vector
                sum = [Double](repeating: 0, count: vector.count)
            }
            guard length > 0, vector.count == sum.count else { continue }
            for place in sum.indices { sum[place] += Double(vector[place]) / length }
        }
        let length = sum.reduce(0) { $0 + $1 * $1 }.squareRoot()
        return length > leastMean * Double(source.turns.count) ? sum.map { Float($0 / length) } : first
    }
}

extension MemoryUnit {
    /// Whether it counts at a time.
    fileprivate func isLive(at now: Double) -> Bool { archived == nil && expires.map { $0 > now } ?? true }
}

extension NamespaceWriter {
    /// Removes the derived units that were made of any of some turns: who has turns forgotten does not want to read of them in a summary.
    /// They are made anew, without those turns, by the next derivation.
    /// - Returns: How many were removed.
    /// - Complexity: O(derived units of the turns' sessions).
    mutating func removeDerived(madeOf turns: Set<UnitID>) throws -> Int {
        var count = 0
        for kind in Memory.derivedKinds.sorted(by: { $0.rawValue < $1.rawValue }) {
            guard let collection = try collection(kind) else { continue }
            for number in Set(turns.map(\.session)).sorted() {
                let bounds = SessionText.bounds(of: number)
                for id in try collection.identifiers(from: bounds.lower, to: bounds.upper) {
                    guard let unitID = UnitID(kind, id), let unit = try unit(unitID), unit.source != nil,
                        unit.provenance.contains(where: { turns.contains($0) })
                    else { continue }
                    try remove(unit)
                    count += 1
                }
            }
        }
        return count
    }
}
