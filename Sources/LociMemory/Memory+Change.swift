// Loci, Apache License 2.0.

import Loci
public import LociAttributes

/// What is to become of a unit; what is nil stays as it is.
public struct UnitChange: Sendable, Equatable {
    /// Another text; its vector is made anew, unless it is given.
    public var text: String?
    /// The vector of the other text.
    public var vector: [Float]?
    /// Another importance, from 0 to 1.
    public var importance: Double?
    /// Whether it is pinned.
    public var isPinned: Bool?
    /// Whether it is archived: kept, and recalled only when archived units are asked for.
    public var isArchived: Bool?
    /// When it is forgotten; `.some(nil)` for never.
    public var expires: Double??
    /// When it happened; `.some(nil)` for nobody knows.
    public var time: Double??
    /// What the caller keeps with it; `.some(nil)` for nothing.
    public var metadata: Attributes??

    /// No change.
    public init() {}
}

/// Which units are to be forgotten.
public enum Forgotten: Sendable, Equatable {
    /// These.
    case units([UnitID])
    /// All of a session.
    case session(String)
    /// All but pinned ones that happened, or of which it is not known when and that were written, before a time.
    case before(Double)
    /// All that were to be forgotten by now.
    case expired
    /// The whole namespace.
    case all
}

extension Memory {
    /// Changes a unit in place. Its version rises by one.
    /// - Returns: The unit as it is now.
    /// - Throws: `MemoryError.unitNotFound`, `.badUnit`, `.badVector`, `.otherModel`; `TextError`.
    @discardableResult
    public func update(_ id: UnitID, _ change: UnitChange) async throws -> MemoryUnit {
        guard let old = try unit(id) else { throw MemoryError.unitNotFound(id) }
        var new = NewUnit(old.id.kind, session: old.session, text: change.text ?? old.text, speaker: old.speaker)
        new.importance = change.importance ?? old.importance
        new.expires = change.expires ?? old.expires
        new.time = change.time ?? old.time
        new.metadata = change.metadata ?? old.metadata
        if id.kind == .session, change.text != nil {
            throw MemoryError.badUnit(index: 0, field: "text", reason: "the text of a session is that of its turns")
        }
        if id.kind != .session { try UnitAdmission.validate(new, index: 0, now: store.clock()) }
        var vector = change.vector
        if vector == nil, change.text != nil { vector = try await store.vectors(of: [new.spokenText]).first }
        let made = vector
        return try write { writer in
            guard let old = try writer.unit(id) else { throw MemoryError.unitNotFound(id) }
            if let made {
                try store.requireModel(of: writer.settings, namespace)
                try UnitAdmission.validate(made, dimension: writer.settings.dimension, index: 0)
            }
            var unit = old
            unit.version += 1
            if let text = change.text { unit.text = text }
            if let importance = change.importance { unit.importance = importance }
            if let isPinned = change.isPinned { unit.isPinned = isPinned }
            if let expires = change.expires { unit.expires = expires }
            if let time = change.time { unit.time = time }
            if let metadata = change.metadata { unit.metadata = metadata }
            if let isArchived = change.isArchived { unit.archived = isArchived ? old.archived ?? store.clock() : nil }
            try writer.put(unit, replacing: old, vector: made)
            return unit
        }
    }

    /// Forgets units, with their words, vectors and links, and the summaries and other units that ``derive(_:sessions:summarizer:keywordExtractor:questionMaker:blockTurns:again:progress:)`` made of them: they are in no answer from now on, and gone from the file after
    /// `Database.compact`.
    /// - Returns: How many were forgotten.
    /// - Throws: `MemoryError.namespaceNotFound`, `.unitNotFound`, `.sessionNotFound`: nothing is forgotten then.
    /// - Complexity: O(units that are looked at): by time, all.
    @discardableResult
    public func forget(_ what: Forgotten) throws -> Int {
        if what == .all { return try forgetAll() }
        let now = store.clock()
        return try write { writer in
            var ids: [UnitID] = []
            switch what {
            case .units(let given): ids = given
            case .session(let name):
                guard let number = try writer.sessionNumber(name) else { throw MemoryError.sessionNotFound(name) }
                ids = try writer.units(ofSession: number)
            case .before(let time): ids = try writer.units { !$0.isPinned && ($0.time ?? $0.written) < time }
            case .expired: ids = try writer.units { $0.expires.map { $0 <= now } ?? false }
            case .all: break
            }
            let wanted = Set(ids)
            for id in wanted.sorted() {
                guard id.kind != .session, let unit = try writer.unit(id) else { throw MemoryError.unitNotFound(id) }
                try writer.remove(unit)
            }
            // What was made of them tells of them.
            _ = try writer.removeDerived(madeOf: wanted.filter { $0.kind == .turn })
            return wanted.count
        }
    }

    private func forgetAll() throws -> Int {
        try store.database.write { transaction in
            var count = 0
            guard
                try transaction.recordTableNames().contains(where: { $0.utf8.elementsEqual(namespace.recordTable.utf8) }
                )
            else { throw MemoryError.namespaceNotFound(name: namespace.description) }
            let records = try transaction.recordTable(namespace.recordTable)
            let settings = try records.value(for: NamespaceKeys.settings).map { try NamespaceSettings(decoding: $0) }
            // A move to another model that was begun has made collections of the next generation.
            for generation in 0...(settings?.generation ?? 0) + 1 {
                for kind in UnitKind.allCases {
                    let name = namespace.collection(kind, generation)
                    guard try transaction.hasCollection(name) else { continue }
                    if kind != .session, generation == settings?.generation {
                        count += try transaction.collection(name).count
                    }
                    try transaction.drop(name)
                }
            }
            try transaction.dropRecordTable(namespace.recordTable)
            return count
        }
    }
}

extension NamespaceWriter {
    /// The units of a session that were given, of all kinds.
    fileprivate mutating func units(ofSession number: UInt32) throws -> [UnitID] {
        var ids: [UnitID] = []
        for kind in UnitKind.allCases where kind != .session {
            guard let collection = try collection(kind) else { continue }
            let bounds = SessionText.bounds(of: number)
            ids += try collection.identifiers(from: bounds.lower, to: bounds.upper).compactMap { UnitID(kind, $0) }
        }
        return ids
    }

    /// The units that were given and of which something is true.
    fileprivate mutating func units(where isWanted: (MemoryUnit) throws -> Bool) throws -> [UnitID] {
        var ids: [UnitID] = []
        for kind in UnitKind.allCases where kind != .session {
            guard let collection = try collection(kind) else { continue }
            for id in try collection.identifiers().compactMap({ UnitID(kind, $0) }) {
                if let unit = try unit(id), try isWanted(unit) { ids.append(id) }
            }
        }
        return ids
    }
}
