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
        let update = try prepare(id, change, of: old)
        let made = try await store.vectors(of: update.text.map { [$0] } ?? []).first
        return try store.write { try self.update(update, vector: made, in: $0) }
    }

    /// Checks a change of a unit.
    /// - Parameter old: The unit; nil where it is not there yet.
    /// - Throws: `MemoryError.badUnit`.
    package func prepare(_ id: UnitID, _ change: UnitChange, of old: MemoryUnit?) throws -> UnitUpdate {
        // Its record says where its text goes on, and is made anew with each of its turns: what was changed would be lost.
        guard id.kind != .session else {
            throw MemoryError.badUnit(
                index: 0, field: change.text == nil ? "change" : "text",
                reason: "the text of a session is that of its turns, and so is all else of it; change these")
        }
        // Of a unit that is not there yet, only what is given is looked at.
        var new = NewUnit(
            id.kind, session: old?.session ?? UnitLine.defaultSession, text: change.text ?? old?.text ?? "-",
            speaker: old?.speaker)
        new.importance = change.importance ?? old?.importance ?? new.importance
        new.expires = change.expires ?? old?.expires
        new.time = change.time ?? old?.time
        new.metadata = change.metadata ?? old?.metadata
        try UnitAdmission.validate(new, index: 0, now: store.clock())
        let isMade = change.text != nil && change.vector == nil
        return UnitUpdate(id: id, change: change, text: isMade ? new.spokenText : nil)
    }

    /// Changes a unit in a transaction; see ``update(_:_:)``.
    /// - Parameter vector: Of the update's text; nil where that is.
    /// - Throws: Why it is refused: nothing was changed then.
    package func update(
        _ update: UnitUpdate, vector: [Float]?, in transaction: MemoryTransaction
    ) throws -> MemoryUnit {
        let change = update.change
        let vector = change.vector ?? vector
        return try transaction.change(self) { writer in
            guard let old = try writer.unit(update.id) else { throw MemoryError.unitNotFound(update.id) }
            if let vector {
                try store.requireModel(of: writer.settings, namespace)
                try UnitAdmission.validate(vector, dimension: writer.settings.dimension, index: 0)
            }
            var unit = old
            unit.version += 1
            if let text = change.text { unit.text = text }
            if let importance = change.importance { unit.importance = importance }
            if let isPinned = change.isPinned { unit.isPinned = isPinned }
            if let expires = change.expires { unit.expires = expires }
            if let time = change.time { unit.time = time }
            if let metadata = change.metadata { unit.metadata = metadata }
            if let isArchived = change.isArchived { unit.archived = isArchived ? old.archived ?? writer.now : nil }
            if let made = update.text, made != unit.spokenText {
                throw MemoryError.badUnit(
                    index: 0, field: "text",
                    reason: "who said it was not known when its vector was made; update \(update.id) once more")
            }
            try writer.put(unit, replacing: old, vector: vector)
            return unit
        }
    }

    /// Forgets units, with their words, vectors and links, and the summaries and other units that ``derive(_:sessions:summarizer:keywordExtractor:questionMaker:blockTurns:again:progress:)`` made of them: they are in no answer from now on, and gone from the file after
    /// `Database.compact`.
    /// - Returns: How many were forgotten.
    /// - Throws: `MemoryError.namespaceNotFound`, `.unitNotFound`, `.sessionNotFound`: nothing is forgotten then.
    /// - Complexity: O(units that are looked at): by time, all.
    @discardableResult
    public func forget(_ what: Forgotten) throws -> Int { try store.write { try forget(what, in: $0) } }

    /// Forgets units in a transaction; see ``forget(_:)``.
    /// - Throws: Why it is refused: nothing was changed then.
    package func forget(_ what: Forgotten, in transaction: MemoryTransaction) throws -> Int {
        if what == .all { return try transaction.forgetAll(of: namespace) }
        return try transaction.change(self) { writer in
            var ids: [UnitID] = []
            let now = writer.now
            switch what {
            case .units(let given): ids = given
            case .session(let name):
                guard let number = try writer.sessionNumber(name) else { throw MemoryError.sessionNotFound(name) }
                ids = try writer.units(ofSession: number)
            case .before(let time): ids = try writer.units { !$0.isPinned && ($0.time ?? $0.written) < time }
            case .expired: ids = try writer.units { $0.expires.map { $0 <= now } ?? false }
            case .all: break
            }
            let wanted = Set(ids).sorted()
            for id in wanted where try id.kind == .session || !writer.has(id) { throw MemoryError.unitNotFound(id) }
            for id in wanted {
                guard let unit = try writer.unit(id) else { throw MemoryError.unitNotFound(id) }
                try writer.remove(unit)
            }
            // What was made of them tells of them.
            _ = try writer.removeDerived(madeOf: Set(wanted.filter { $0.kind == .turn }))
            return wanted.count
        }
    }
}

/// A change of a unit that was checked, and of whose text the vector is still to be made.
package struct UnitUpdate: Sendable {
    let id: UnitID
    let change: UnitChange
    /// What a vector is to be made of; nil for nothing.
    package let text: String?
}

extension NamespaceWriter {
    fileprivate mutating func has(_ id: UnitID) throws -> Bool {
        try collection(id.kind)?.contains(id.vectorID) ?? false
    }

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
