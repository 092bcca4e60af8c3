// Loci, Apache License 2.0.

/// What is to be written so that units are remembered: all of it is checked before the first write, against the namespace and against
/// those of the same call that come before.
struct RememberPlan {
    private enum Step {
        /// It is there already, under its key.
        case known(UnitID)
        case add(NamespaceWriter.Draft)
    }

    private let units: [NewUnit]
    private let vectors: [[Float]]
    private var steps: [Step] = []
    /// Units as they will be: new ones, and older ones that they supersede.
    private var planned: [UnitID: MemoryUnit] = [:]
    private var keys: [[UInt8]: UnitID] = [:]
    private var numbers = PlannedNumbers()

    /// - Parameter vectors: A vector for each unit; an empty one for one that is known by its key.
    /// - Throws: `MemoryError.badVector`, `.badUnit`, `.keyTaken`, `.unitNotFound`, `.alreadySuperseded`, `.supersedesItself`;
    ///   `AttributesError`; `IndexError`. Nothing was written then.
    init(_ units: [NewUnit], _ vectors: [[Float]], in writer: inout NamespaceWriter) throws {
        (self.units, self.vectors) = (units, vectors)
        steps.reserveCapacity(units.count)
        for index in units.indices { try plan(index, in: &writer) }
    }

    private mutating func plan(_ index: Int, in writer: inout NamespaceWriter) throws {
        let new = units[index]
        if let key = new.key, let id = try keys[Array(key.utf8)] ?? writer.unit(ofKey: key) {
            guard try unit(id, in: &writer)?.text.isSame(new.text) == true else {
                throw MemoryError.keyTaken(key: key, by: id)
            }
            steps.append(.known(id))
            return
        }
        guard !vectors[index].isEmpty else {
            throw MemoryError.badVector(
                index: index,
                reason: "none was made, since the unit of its key was there and has been forgotten; give it once more")
        }
        try UnitAdmission.validate(vectors[index], dimension: writer.settings.dimension, index: index)
        for origin in new.provenance where try unit(origin, in: &writer) == nil {
            throw MemoryError.badUnit(index: index, field: "provenance", reason: "there is no unit \(origin)")
        }
        let id = try numbers.take(new.kind, of: new.session, in: &writer)
        let unit = writer.unit(id, of: new)
        steps.append(.add(try writer.draft(unit, vector: vectors[index])))
        if let old = new.supersedes {
            let changed = try Supersession.superseded(old, by: id, now: writer.now) { try self.unit($0, in: &writer) }
            _ = try writer.draft(changed, vector: nil)
            planned[old] = changed
        }
        planned[id] = unit
        if let key = new.key { keys[Array(key.utf8)] = id }
    }

    private func unit(_ id: UnitID, in writer: inout NamespaceWriter) throws -> MemoryUnit? {
        try planned[id] ?? writer.unit(id)
    }

    /// Writes what was planned.
    /// - Parameters:
    ///   - similarity: The cosine from which on the nearest older unit is reported; nil for none.
    ///   - association: Which older units new turns are linked to; nil for none.
    func run(
        in writer: inout NamespaceWriter, similarity: Float?, _ association: Association?
    ) throws -> [Remembered] {
        var remembered: [Remembered] = []
        var added: [(place: Int, id: UnitID)] = []
        for (index, step) in steps.enumerated() {
            switch step {
            case .known(let id):
                remembered.append(Remembered(id: id, isNew: false, duplicateOf: nil, similar: nil))
            case .add(let draft):
                let twin = try writer.twin(of: units[index].spokenText)
                let id = try writer.add(units[index], draft, vector: vectors[index])
                if let old = units[index].supersedes {
                    guard let unit = try writer.unit(old) else { throw MemoryError.unitNotFound(old) }
                    let changed = try Supersession.superseded(old, by: id, now: writer.now) { try writer.unit($0) }
                    try writer.put(changed, replacing: unit)
                }
                added.append((index, id))
                remembered.append(Remembered(id: id, isNew: true, duplicateOf: twin, similar: nil))
            }
        }
        guard similarity != nil || association != nil else { return remembered }
        for (place, id) in added {
            let older = try OlderNeighbours.find(of: id, vectors[place], in: &writer)
            if let similarity, let nearest = older.first, nearest.cosine >= similarity {
                remembered[place] = Remembered(
                    id: id, isNew: true, duplicateOf: remembered[place].duplicateOf,
                    similar: Remembered.Similar(id: nearest.id, cosine: nearest.cosine))
            }
            if let association, id.kind == .turn {
                for edge in association.accepted(older.filter { $0.id.session != id.session }) {
                    try writer.link(id, edge.id, weight: edge.cosine)
                }
            }
        }
        return remembered
    }
}

/// The identifiers that units will get, before any of them is written.
private struct PlannedNumbers {
    private var sessions: [[UInt8]: UInt32] = [:]
    private var counts: [UInt32: [UnitKind: UInt32]] = [:]
    private var begun: UInt32 = 0

    /// The identifier of the next unit of a kind in a session, which is begun where there is none of the name.
    /// - Throws: `MemoryError.corrupt` where no numbers are left.
    mutating func take(_ kind: UnitKind, of name: String, in writer: inout NamespaceWriter) throws -> UnitID {
        let number = try session(name, in: &writer)
        let count = counts[number]?[kind] ?? 0
        guard count < .max - 1 else {
            throw MemoryError.corrupt("the session \"\(name)\" has no numbers of its units left")
        }
        counts[number, default: [:]][kind] = count + 1
        return UnitID(kind: kind, session: number, ordinal: count + 1)
    }

    private mutating func session(_ name: String, in writer: inout NamespaceWriter) throws -> UInt32 {
        let bytes = Array(name.utf8)
        if let number = sessions[bytes] { return number }
        let number: UInt32
        if let known = try writer.sessionNumber(name) {
            number = known
            counts[number] = try writer.session(number).counts
        } else {
            guard begun < .max - writer.settings.nextSession else {
                throw MemoryError.corrupt("the namespace \(writer.namespace) has no session numbers left")
            }
            number = writer.settings.nextSession + begun
            begun += 1
        }
        sessions[bytes] = number
        return number
    }
}
