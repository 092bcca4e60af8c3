// Loci, Apache License 2.0.

package import LociText

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
        var batch = try prepare(units, similarity: similarity)
        try leaveOutKnown(of: &batch)
        let made = try await store.vectors(of: batch.texts)
        return try store.write { try remember(batch, vectors: made, in: $0) }
    }

    /// Remembers one unit; see ``remember(_:similarity:)``.
    @discardableResult
    public func remember(_ unit: NewUnit, similarity: Float? = nil) async throws -> Remembered {
        let remembered = try await remember([unit], similarity: similarity)
        guard let first = remembered.first else { throw MemoryError.corrupt("nothing was remembered") }
        return first
    }

    /// Checks units.
    /// - Throws: `MemoryError.badUnit`, `.parameter`.
    package func prepare(_ units: [NewUnit], similarity: Float? = nil) throws -> UnitBatch {
        guard units.count <= Self.maximumUnitsPerCall else {
            throw MemoryError.parameter(
                name: "units", value: "\(units.count)", allowed: "at most \(Self.maximumUnitsPerCall) a call")
        }
        let now = store.clock()
        for (index, unit) in units.enumerated() { try UnitAdmission.validate(unit, index: index, now: now) }
        return UnitBatch(
            units: units, similarity: similarity, missing: units.indices.filter { units[$0].vector == nil })
    }

    /// Leaves those of the units out whose keys are known: what is under them need not be embedded again.
    private func leaveOutKnown(of batch: inout UnitBatch) throws {
        guard batch.missing.contains(where: { batch.units[$0].key != nil }) else { return }
        do {
            try read { reader in
                try batch.missing.removeAll { index in
                    try batch.units[index].key.map { try reader.unit(ofKey: $0) != nil } ?? false
                }
            }
        } catch MemoryError.namespaceNotFound {
            return
        }
    }

    /// Remembers units in a transaction; see ``remember(_:similarity:)``.
    /// - Parameters:
    ///   - batch: The units, which were checked.
    ///   - vectors: Of the batch's texts, in their order.
    /// - Throws: Why they are refused: nothing was changed then.
    package func remember(
        _ batch: UnitBatch, vectors: [[Float]], in transaction: MemoryTransaction
    ) throws -> [Remembered] {
        guard !batch.units.isEmpty else { return [] }
        var all = batch.units.map { $0.vector ?? [] }
        for (index, vector) in zip(batch.missing, vectors) { all[index] = vector }
        // Without any vector, all of them must be known.
        let dimension = store.embedder?.model.dimension ?? all.first { !$0.isEmpty }?.count
        return try transaction.change(self, model: dimension.map { (store.model, $0) }) { writer in
            if dimension != nil { try store.requireModel(of: writer.settings, namespace) }
            let plan = try RememberPlan(batch.units, all, in: &writer)
            return try plan.run(
                in: &writer, similarity: batch.similarity, store.options.associates ? .standard : nil)
        }
    }
}

/// Units that were checked, and of some of which the vectors are still to be made.
package struct UnitBatch: Sendable {
    let units: [NewUnit]
    let similarity: Float?
    /// The places of the units whose vectors are to be made.
    var missing: [Int]

    /// What vectors are to be made of.
    package var texts: [String] { missing.map { units[$0].spokenText } }
}

extension MemoryStore {
    /// Vectors of texts by the embedder.
    /// - Throws: `MemoryError.badVector` where there is none, or where it gives what is no vector of its model.
    func vectors(of texts: [String]) async throws -> [[Float]] {
        guard !texts.isEmpty else { return [] }
        guard let embedder else { throw MemoryError.noEmbedder }
        return try await embedder.checkedVectors(of: texts)
    }

    /// - Throws: `MemoryError.otherModel` where a namespace has vectors of another model than the store's.
    func requireModel(of settings: NamespaceSettings, _ namespace: MemoryNamespace) throws(MemoryError) {
        guard settings.model == model else {
            throw .otherModel(namespace: namespace.description, model: settings.model, given: model)
        }
    }
}

extension MemoryError {
    /// Vectors are to be made, and nothing makes them.
    package static let noEmbedder = MemoryError.badVector(
        index: 0, reason: "none is given, and the store has no embedder")
}

extension Embedder {
    /// Vectors of texts.
    /// - Throws: `MemoryError.badVector` where what is given is no vector of the model; `TextError`.
    package func checkedVectors(of texts: [String]) async throws -> [[Float]] {
        let vectors = try await embed(texts)
        guard vectors.count == texts.count else {
            throw MemoryError.badVector(
                index: 0, reason: "\(model.identifier) gave \(vectors.count) vectors for \(texts.count) texts")
        }
        for (index, vector) in vectors.enumerated() {
            try UnitAdmission.validate(vector, dimension: model.dimension, index: index)
        }
        return vectors
    }
}
