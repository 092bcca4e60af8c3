// Loci, Apache License 2.0.

import LociText

/// What became of a unit that was given.
public struct Remembered: Sendable, Equatable {
    /// Its identifier.
    public let id: UnitID
    /// Whether it was stored now; false where its key says that it was before.
    public let isNew: Bool
    /// An older unit whose text is the same to the byte; nil if there is none.
    public let duplicateOf: UnitID?
    /// The older unit of its kind that is nearest, if its cosine is at least what was asked for, and the cosine.
    public let similar: Similar?

    /// An older unit that is near.
    public struct Similar: Sendable, Equatable {
        /// The unit.
        public let id: UnitID
        /// The cosine of the angle between the vectors.
        public let cosine: Float
    }
}

extension Memory {
    /// The most units that one call takes.
    public static let maximumUnitsPerCall = 100_000

    /// Remembers units, all in one transaction: durable when this returns, or as if never given.
    ///
    /// Vectors that are not given are made by the store's embedder before the transaction begins. A unit under a key that is known
    /// is not stored again; so a call that is made once more after a failure stores nothing twice.
    /// - Parameters:
    ///   - units: Up to 100,000, in the order in which they happened.
    ///   - similarity: Whether to report the nearest older unit of each, if its cosine is at least this; it costs a search each.
    /// - Returns: What became of each, in their order.
    /// - Throws: `MemoryError.badUnit`, `.badVector`, `.keyTaken`, `.otherModel`, `.unitNotFound`, `.alreadySuperseded`; `TextError`.
    /// - Complexity: That of adding to collections; the text of each session that gets turns is written anew from its last 32 KiB on.
    @discardableResult
    public func remember(_ units: [NewUnit], similarity: Float? = nil) async throws -> [Remembered] {
        let vectors = try await vectors(of: units)
        return try remember(units, vectors, similarity: similarity)
    }

    /// Remembers one unit; see ``remember(_:similarity:)``.
    @discardableResult
    public func remember(_ unit: NewUnit, similarity: Float? = nil) async throws -> Remembered {
        let remembered = try await remember([unit], similarity: similarity)
        guard let first = remembered.first else { throw MemoryError.corrupt("nothing was remembered") }
        return first
    }

    /// Checks units, and gets the vectors that are not given.
    private func vectors(of units: [NewUnit]) async throws -> [[Float]] {
        guard units.count <= Self.maximumUnitsPerCall else {
            throw MemoryError.parameter(
                name: "units", value: "\(units.count)", allowed: "at most \(Self.maximumUnitsPerCall) a call")
        }
        let now = store.clock()
        for (index, unit) in units.enumerated() { try UnitAdmission.validate(unit, index: index, now: now) }
        let known = try knownKeys(of: units)
        let missing = units.indices.filter { index in
            units[index].vector == nil && !(units[index].key.map { known.contains(Array($0.utf8)) } ?? false)
        }
        let made = try await store.vectors(of: missing.map { units[$0].spokenText })
        var vectors = units.map { $0.vector ?? [] }
        for (index, vector) in zip(missing, made) { vectors[index] = vector }
        return vectors
    }

    /// Those of the units' keys that are known: what is under them need not be embedded again.
    private func knownKeys(of units: [NewUnit]) throws -> Set<[UInt8]> {
        let keys = units.compactMap(\.key)
        guard !keys.isEmpty else { return [] }
        do {
            return try read { reader in
                try Set(keys.filter { try reader.unit(ofKey: $0) != nil }.map { Array($0.utf8) })
            }
        } catch MemoryError.namespaceNotFound {
            return []
        }
    }

    private func remember(_ units: [NewUnit], _ vectors: [[Float]], similarity: Float?) throws -> [Remembered] {
        guard let dimension = store.embedder?.model.dimension ?? vectors.first(where: { !$0.isEmpty })?.count else {
            return try units.isEmpty ? [] : known(units)
        }
        if units.isEmpty { return [] }
        return try write(model: (store.model, dimension)) { writer in
            try store.requireModel(of: writer.settings, namespace)
            var remembered: [Remembered] = []
            var added: [(place: Int, id: UnitID)] = []
            for (index, unit) in units.enumerated() {
                if let key = unit.key, let id = try writer.unit(ofKey: key) {
                    guard try writer.unit(id)?.text == unit.text else { throw MemoryError.keyTaken(key: key, by: id) }
                    remembered.append(Remembered(id: id, isNew: false, duplicateOf: nil, similar: nil))
                    continue
                }
                try UnitAdmission.validate(vectors[index], dimension: writer.settings.dimension, index: index)
                for origin in unit.provenance where try writer.unit(origin) == nil {
                    throw MemoryError.badUnit(index: index, field: "provenance", reason: "there is no unit \(origin)")
                }
                let twin = try writer.twin(of: unit.spokenText)
                let id = try writer.add(unit, vector: vectors[index])
                if let old = unit.supersedes { try Supersession.run(old, by: id, in: &writer, now: store.clock()) }
                added.append((index, id))
                remembered.append(Remembered(id: id, isNew: true, duplicateOf: twin, similar: nil))
            }
            let association = store.options.associates ? Association.standard : nil
            if similarity != nil || association != nil {
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
            }
            return remembered
        }
    }

    /// Units that are all known by their keys, with no vector among them.
    private func known(_ units: [NewUnit]) throws -> [Remembered] {
        try read { reader in
            try units.enumerated().map { index, unit in
                guard let key = unit.key, let id = try reader.unit(ofKey: key), let old = try reader.unit(id) else {
                    throw MemoryError.badVector(index: index, reason: "none is given, and the store has no embedder")
                }
                guard old.text == unit.text else { throw MemoryError.keyTaken(key: key, by: id) }
                return Remembered(id: id, isNew: false, duplicateOf: nil, similar: nil)
            }
        }
    }
}

extension MemoryStore {
    /// Vectors of texts by the embedder.
    /// - Throws: `MemoryError.badVector` where there is none, or where it gives what is no vector of its model.
    func vectors(of texts: [String]) async throws -> [[Float]] {
        guard !texts.isEmpty else { return [] }
        guard let embedder else {
            throw MemoryError.badVector(index: 0, reason: "none is given, and the store has no embedder")
        }
        let vectors = try await embedder.embed(texts)
        guard vectors.count == texts.count else {
            throw MemoryError.badVector(
                index: 0, reason: "\(embedder.model.identifier) gave \(vectors.count) vectors for \(texts.count) texts")
        }
        for (index, vector) in vectors.enumerated() {
            try UnitAdmission.validate(vector, dimension: embedder.model.dimension, index: index)
        }
        return vectors
    }

    /// - Throws: `MemoryError.otherModel` where a namespace has vectors of another model than the store's.
    func requireModel(of settings: NamespaceSettings, _ namespace: MemoryNamespace) throws(MemoryError) {
        guard settings.model == model else {
            throw .otherModel(namespace: namespace.description, model: settings.model, given: model)
        }
    }
}
