// Loci, Apache License 2.0.

import Loci
import LociAttributes
import LociText
import LociWords

extension Memory {
    /// Makes all vectors anew by the store's embedder, and then goes over to them in one moment.
    ///
    /// Until then the memory is searched and written by its old model, by stores that have that; from then on by the new one. What
    /// was done is kept when the work is stopped, and it goes on from there when it is called again.
    /// - Parameters:
    ///   - batch: How many texts the embedder gets at a time, 1 to 10,000.
    ///   - progress: Called with how many units are done, of how many. What it throws ends the work.
    /// - Throws: `MemoryError.badVector` without an embedder; `MemoryError.namespaceNotFound`; `TextError`.
    public func reembed(
        batch: Int = 256, progress: (_ done: Int, _ total: Int) throws -> Void = { _, _ in }
    ) async throws {
        guard (1...10_000).contains(batch) else {
            throw MemoryError.parameter(name: "batch", value: "\(batch)", allowed: "1 to 10,000")
        }
        guard let embedder = store.embedder else {
            throw MemoryError.badVector(index: 0, reason: "the store has no embedder that could make new ones")
        }
        let model = embedder.model
        guard try read({ $0.settings.model }) != model.identifier else { return }
        var places: [UnitKind: VectorID] = [:]
        while true {
            let work = try read { try Work(of: $0, after: places, limit: batch) }
            try progress(work.done, work.total)
            if work.isEmpty {
                if try finish(model.identifier, dimension: model.dimension) { return }
                places = [:]
                continue
            }
            try store(work, try await store.vectors(of: work.units.map(\.unit.spokenText)))
            for item in work.units { places[item.unit.id.kind] = item.unit.id.vectorID }
        }
    }

    /// The kinds whose vectors are made of their texts.
    private static var embedded: [UnitKind] { UnitKind.allCases.filter { $0 != .session } }

    /// Units whose vectors are to be made.
    private struct Work {
        var units: [(unit: MemoryUnit, attributes: Attributes)] = []
        /// Units of the new generation whose old ones are gone.
        var gone: [UnitID] = []
        var (done, total) = (0, 0)

        /// What the next generation does not have as this one does, from some places on and up to a number of units.
        init(of reader: NamespaceReader, after places: [UnitKind: VectorID], limit: Int) throws {
            for kind in Memory.embedded {
                guard let collection = try reader.collection(kind) else { continue }
                let next = try reader.collection(kind, generation: reader.settings.generation + 1)
                total += try collection.count
                done += try next?.count ?? 0
                guard units.count < limit else { continue }
                let lower = places[kind].map { IdentifierBound.excluding($0) } ?? .unbounded
                for vectorID in try collection.identifiers(from: lower) {
                    guard units.count < limit, let id = UnitID(kind, vectorID) else { break }
                    guard let attributes = try collection.attributes(of: vectorID) else { continue }
                    if try next?.attributes(of: vectorID) == attributes { continue }
                    units.append((try UnitAttributes.unit(id, attributes), attributes))
                }
                guard units.isEmpty, let next else { continue }
                for vectorID in try next.identifiers() where try !collection.contains(vectorID) {
                    if let id = UnitID(kind, vectorID) { gone.append(id) }
                }
            }
        }

        var isEmpty: Bool { units.isEmpty && gone.isEmpty }
    }

    private func store(_ work: Work, _ vectors: [[Float]]) throws {
        try store.database.write { transaction in
            let writer = try NamespaceWriter(namespace, in: transaction, store.options, now: store.clock())
            let generation = writer.settings.generation + 1
            for (item, vector) in zip(work.units, vectors) {
                try next(item.unit.id.kind, generation, in: transaction, writer.settings.language)
                    .upsert(item.unit.id.vectorID, vector, attributes: item.attributes)
            }
            for id in work.gone {
                try next(id.kind, generation, in: transaction, writer.settings.language).remove(id.vectorID)
            }
        }
    }

    private func next(
        _ kind: UnitKind, _ generation: Int, in transaction: DatabaseTransaction, _ language: WordLanguage
    ) throws -> WritableCollection {
        let name = namespace.collection(kind, generation)
        if try transaction.hasCollection(name) { return try transaction.collection(name) }
        return try NamespaceWriter.create(
            kind, generation, of: namespace, in: transaction, store.options.configuration, language)
    }

    /// Goes over to the new generation, unless something was written since.
    private func finish(_ model: String, dimension: Int) throws -> Bool {
        try store.database.write { transaction in
            var writer = try NamespaceWriter(namespace, in: transaction, store.options, now: store.clock())
            for kind in Self.embedded {
                guard let old = try writer.collection(kind) else { continue }
                let name = namespace.collection(kind, writer.settings.generation + 1)
                guard try transaction.hasCollection(name) else {
                    if old.count == 0 { continue } else { return false }
                }
                let new = try transaction.collection(name)
                guard new.count == old.count else { return false }
                for id in try old.identifiers() where try old.attributes(of: id) != new.attributes(of: id) {
                    return false
                }
            }
            try writer.advance(to: model, dimension: dimension)
            try writer.rebuildSessions()
            try writer.finish()
            return true
        }
    }
}
