// Loci, Apache License 2.0.

import Loci
import LociIndex
import LociWords

/// Changes to a namespace within one transaction.
///
/// What cannot be done is refused before the first write, so that a transaction that others share can go on: whoever calls makes sure of
/// that for several changes that belong together, and ``hasWritten`` tells whether it was so.
struct NamespaceWriter {
    let namespace: MemoryNamespace
    let records: NamespaceRecords
    private(set) var settings: NamespaceSettings
    /// The time of all that is written.
    let now: Double
    private let transaction: DatabaseTransaction
    private let options: MemoryStore.Options
    /// Whether something was written since the change began.
    private(set) var hasWritten = false
    /// Whether something waits for ``finish()``.
    private var isDirty = false
    private var sessions: [UInt32: SessionRecord] = [:]
    private var collections: [UnitKind: WritableCollection] = [:]
    private var statistics: [UnitKind: KindStatistics] = [:]
    private var analyser: TermMaker?
    /// Sessions whose text is to be made anew, or only to be continued.
    private var (changed, continued): (Set<UInt32>, Set<UInt32>) = ([], [])

    /// Opens a namespace, or makes it where `model` is given.
    /// - Throws: `MemoryError.namespaceNotFound`.
    init(
        _ namespace: MemoryNamespace, in transaction: DatabaseTransaction, _ options: MemoryStore.Options, now: Double,
        model: (name: String, dimension: Int)? = nil
    ) throws {
        (self.namespace, self.transaction, self.options, self.now) = (namespace, transaction, options, now)
        records = try NamespaceRecords(namespace.recordTable, in: transaction)
        if records.isMade {
            guard let bytes = try records.value(for: NamespaceKeys.settings) else {
                throw MemoryError.corrupt("the namespace \(namespace) has no settings")
            }
            settings = try NamespaceSettings(decoding: bytes)
        } else {
            guard let model else { throw MemoryError.namespaceNotFound(name: namespace.description) }
            settings = NamespaceSettings(
                model: model.name, dimension: model.dimension,
                language: try WordAnalyser.usable(options.language).language)
        }
    }

    /// Whether nothing has been written into the namespace yet, so that there is none.
    var isNew: Bool { !records.isMade }

    /// Lets a change begin: what was written before it is no part of it.
    mutating func begin() { hasWritten = false }

    /// Notes that a change begins to write, and cannot be refused any more without the whole transaction.
    private mutating func note() { (hasWritten, isDirty) = (true, true) }

    /// The namespace as it is now.
    /// - Throws: What ``finish()`` does.
    mutating func contents() throws -> TransactionReader {
        try finish()
        return TransactionReader(
            namespace: namespace, settings: settings, records: try records.made(), transaction: transaction)
    }

    // MARK: Collections

    /// The collection of a kind; nil if there is none.
    mutating func collection(_ kind: UnitKind) throws -> WritableCollection? {
        if let collection = collections[kind] { return collection }
        let name = namespace.collection(kind, settings.generation)
        guard try transaction.hasCollection(name) else { return nil }
        let collection = try transaction.collection(name)
        collections[kind] = collection
        return collection
    }

    /// The collection of a kind, which is made where there is none.
    mutating func madeCollection(_ kind: UnitKind) throws -> WritableCollection {
        if let collection = try collection(kind) { return collection }
        let collection = try Self.create(
            kind, settings.generation, of: namespace, in: transaction, options.configuration, settings.language)
        collections[kind] = collection
        return collection
    }

    /// Makes the collection of a kind, with indexes on what recalls ask for.
    static func create(
        _ kind: UnitKind, _ generation: Int, of namespace: MemoryNamespace, in transaction: DatabaseTransaction,
        _ configuration: CollectionConfiguration, _ language: WordLanguage
    ) throws -> WritableCollection {
        let collection = try transaction.createCollection(
            namespace.collection(kind, generation), configuration)
        try collection.createIndex(UnitAttributes.text, words: WordAnalysis(language: language))
        for field in [UnitAttributes.time, UnitAttributes.archived, UnitAttributes.expires] {
            try collection.createIndex(field, .number)
        }
        return collection
    }

    // MARK: Sessions

    /// The number of a session; nil if there is none of the name.
    func sessionNumber(_ name: String) throws -> UInt32? {
        guard (1...UnitAdmission.maximumNameBytes).contains(name.utf8.count),
            let bytes = try records.value(for: NamespaceKeys.sessionName(name))
        else { return nil }
        return UInt32(bigEndian: bytes.reversed())
    }

    /// The number of a session, which is begun where there is none of the name.
    private mutating func madeSession(_ name: String) throws -> UInt32 {
        if let number = try sessionNumber(name) { return number }
        let number = settings.nextSession
        guard number < UInt32.max else {
            throw MemoryError.corrupt("the namespace \(namespace) has no session numbers left")
        }
        note()
        settings.nextSession = number + 1
        sessions[number] = SessionRecord(name: name)
        try records.set(number.bigEndianBytes.reversed(), for: NamespaceKeys.sessionName(name))
        return number
    }

    mutating func session(_ number: UInt32) throws -> SessionRecord {
        if let record = sessions[number] { return record }
        guard let bytes = try records.value(for: NamespaceKeys.session(number)) else {
            throw MemoryError.corrupt("session \(number) of \(namespace) has no record")
        }
        let record = try SessionRecord(decoding: bytes, number: number)
        sessions[number] = record
        return record
    }

    // MARK: Units

    /// A unit; nil if there is none.
    mutating func unit(_ id: UnitID) throws -> MemoryUnit? {
        guard let attributes = try collection(id.kind)?.attributes(of: id.vectorID) else { return nil }
        return try UnitAttributes.unit(id, attributes)
    }

    /// The unit of a caller's key; nil if there is none.
    func unit(ofKey key: String) throws -> UnitID? {
        try records.value(for: NamespaceKeys.unitKey(key)).flatMap { UnitID(bytes: $0) }
    }

    /// A unit whose text is the same to the byte, but for `id` itself; nil if there is none.
    mutating func twin(of text: String, besides id: UnitID? = nil) throws -> UnitID? {
        var candidates: [UnitID] = []
        try records.forEach(prefix: NamespaceKeys.hash(TextHash.hash(text))) { key, _ in
            if let unit = NamespaceKeys.lastUnit(in: key), unit != id { candidates.append(unit) }
            return true
        }
        return try candidates.first { try unit($0)?.spokenText.utf8.elementsEqual(text.utf8) ?? false }
    }

    /// What is to be stored of a unit, all of it checked.
    struct Draft {
        fileprivate let attributes: Attributes
        fileprivate let words: UnitWords
    }

    /// Makes ready what is to be stored of a unit, or says why it cannot be.
    /// - Parameter vector: Nil where that of the unit stays as it is.
    /// - Throws: `AttributesError`, `WordsError`, `IndexError`, `LociError`: nothing was written.
    mutating func draft(_ unit: MemoryUnit, vector: [Float]?) throws -> Draft {
        if let vector {
            if let collection = try collection(unit.id.kind) {
                try collection.validate(unit.id.vectorID, vector)
            } else {
                try options.configuration.validate(first: vector)
            }
        }
        return Draft(attributes: try UnitAttributes.encoded(unit), words: try terms().words(of: unit))
    }

    /// A unit as it will be when it is added.
    func unit(_ id: UnitID, of new: NewUnit) -> MemoryUnit {
        MemoryUnit(
            id: id, session: new.session, text: new.text, speaker: new.speaker, key: new.key, time: new.time,
            written: now, importance: new.importance, isPinned: new.isPinned, expires: new.expires,
            provenance: new.provenance, version: 1, supersedes: new.supersedes, supersededBy: nil, archived: nil,
            metadata: new.metadata)
    }

    /// Adds a unit of a session.
    mutating func add(_ new: NewUnit, vector: [Float]) throws -> UnitID {
        // Neither attributes nor words tell where the unit stands.
        let place = unit(UnitID(kind: new.kind, session: 1, ordinal: 1), of: new)
        return try add(new, try draft(place, vector: vector), vector: vector)
    }

    /// Adds a unit of a session that was made ready.
    mutating func add(_ new: NewUnit, _ draft: Draft, vector: [Float]) throws -> UnitID {
        let number = try madeSession(new.session)
        var session = try session(number)
        let id = UnitID(kind: new.kind, session: number, ordinal: session.take(new.kind))
        if new.kind == .turn {
            session.note(new.time)
            continued.insert(number)
        }
        sessions[number] = session
        try store(unit(id, of: new), draft, vector)
        return id
    }

    /// Stores a unit with all that leads to it.
    private mutating func store(_ unit: MemoryUnit, _ draft: Draft, _ vector: [Float]) throws {
        note()
        try madeCollection(unit.id.kind).add(unit.id.vectorID, vector, attributes: draft.attributes)
        if let key = unit.key { try records.set(unit.id.bytes, for: NamespaceKeys.unitKey(key)) }
        try records.set([], for: NamespaceKeys.hash(TextHash.hash(unit.spokenText), unit.id))
        try count(unit, draft.words, vector)
        if unit.isHideable { settings.hidden += 1 }
    }

    // MARK: What recalls need

    /// The statistics of a kind.
    private mutating func statistics(of kind: UnitKind) throws -> KindStatistics {
        if let statistics = statistics[kind] { return statistics }
        let dimension = settings.dimension
        let stored = try records.withValue(for: NamespaceKeys.statistics(of: kind)) {
            try KindStatistics(decoding: $0, dimension: dimension)
        }
        return stored ?? KindStatistics(dimension: dimension)
    }

    private mutating func terms() throws -> TermMaker {
        let maker = try analyser ?? TermMaker(settings.language)
        analyser = maker
        return maker
    }

    /// Takes the words and the vector of a unit in.
    private mutating func count(_ unit: MemoryUnit, _ words: UnitWords, _ vector: [Float]) throws {
        try records.set(words.encoded, for: NamespaceKeys.words(of: unit.id))
        var all = try statistics(of: unit.id.kind)
        all.add(vector, words: words.length)
        statistics[unit.id.kind] = all
    }

    /// Takes them out again.
    private mutating func discount(_ unit: MemoryUnit, _ vector: [Float]) throws {
        let key = NamespaceKeys.words(of: unit.id)
        guard let length = try records.withValue(for: key, { try UnitWords.length($0) }) else { return }
        try records.remove(key)
        var all = try statistics(of: unit.id.kind)
        all.add(vector, words: length, sign: -1)
        statistics[unit.id.kind] = all
    }

    /// Writes a unit that has been changed, with another vector where its text is another.
    mutating func put(_ unit: MemoryUnit, replacing old: MemoryUnit, vector: [Float]? = nil) throws {
        guard let collection = try collection(unit.id.kind) else { throw MemoryError.unitNotFound(unit.id) }
        let draft = try draft(unit, vector: vector)
        note()
        let saysOther = !unit.spokenText.isSame(old.spokenText)
        if vector != nil || saysOther, let before = try collection.get(unit.id.vectorID) {
            try discount(old, before)
            try count(unit, draft.words, vector ?? before)
        } else if unit.id.kind != .session {
            try records.set(draft.words.encoded, for: NamespaceKeys.words(of: unit.id))
        }
        if let vector {
            try collection.upsert(unit.id.vectorID, vector, attributes: draft.attributes)
        } else {
            try collection.setAttributes(unit.id.vectorID, draft.attributes)
        }
        if saysOther {
            try records.remove(NamespaceKeys.hash(TextHash.hash(old.spokenText), old.id))
            try records.set([], for: NamespaceKeys.hash(TextHash.hash(unit.spokenText), unit.id))
        }
        settings.hidden += (unit.isHideable ? 1 : 0) - (old.isHideable ? 1 : 0)
        if unit.id.kind == .turn, saysOther || (unit.archived == nil) != (old.archived == nil) {
            changed.insert(unit.id.session)
        }
    }

    /// Removes a unit with all that leads to it.
    mutating func remove(_ unit: MemoryUnit) throws {
        let id = unit.id
        note()
        if let collection = try collection(id.kind) {
            if let vector = try collection.get(id.vectorID) { try discount(unit, vector) }
            try collection.remove(id.vectorID)
        }
        if let key = unit.key { try records.remove(NamespaceKeys.unitKey(key)) }
        try records.remove(NamespaceKeys.hash(TextHash.hash(unit.spokenText), id))
        try removeEdges(of: id)
        if unit.isHideable { settings.hidden -= 1 }
        if id.kind == .turn { changed.insert(id.session) }
    }

    // MARK: Edges

    /// Links two units by a weight, from both ends.
    mutating func link(_ first: UnitID, _ second: UnitID, weight: Float) throws {
        note()
        if try records.value(for: NamespaceKeys.edge(first, second)) == nil { settings.edges += 1 }
        let value = Swift.withUnsafeBytes(of: weight.bitPattern.littleEndian) { Array($0) }
        try records.set(value, for: NamespaceKeys.edge(first, second))
        try records.set(value, for: NamespaceKeys.edge(second, first))
    }

    private mutating func removeEdges(of id: UnitID) throws {
        var others: [UnitID] = []
        try records.forEach(prefix: NamespaceKeys.edges(of: id)) { key, _ in
            if let other = NamespaceKeys.lastUnit(in: key) { others.append(other) }
            return true
        }
        for other in others { try records.remove(NamespaceKeys.edge(other, id)) }
        settings.edges -= try records.removeAll(prefix: NamespaceKeys.edges(of: id))
    }

    // MARK: The end

    /// Writes what belongs to the changed units: the texts of their sessions, and the records. Changes may follow, and another end.
    mutating func finish() throws {
        guard isDirty || isNew else { return }
        note()
        for number in changed.sorted() { try SessionText.rebuild(number, in: &self, now: now) }
        for number in continued.subtracting(changed).sorted() { try SessionText.extend(number, in: &self, now: now) }
        for (number, session) in sessions.sorted(by: { $0.key < $1.key }) {
            try records.set(session.encoded, for: NamespaceKeys.session(number))
        }
        for (kind, all) in statistics.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            try records.set(all.encoded, for: NamespaceKeys.statistics(of: kind))
        }
        try records.set(settings.encoded, for: NamespaceKeys.settings)
        (changed, continued, sessions, statistics, isDirty) = ([], [], [:], [:], false)
    }

    mutating func set(_ session: SessionRecord, number: UInt32) { sessions[number] = session }

    /// Goes over to the collections of the next generation, which another model has made the vectors of, and drops those of this one.
    mutating func advance(to model: String, dimension: Int) throws {
        note()
        for kind in UnitKind.allCases {
            let name = namespace.collection(kind, settings.generation)
            if try transaction.hasCollection(name) { try transaction.drop(name) }
        }
        (settings.model, settings.dimension) = (model, dimension)
        settings.generation += 1
        collections = [:]
        for kind in UnitKind.allCases where kind != .session {
            guard let collection = try collection(kind) else { continue }
            var all = KindStatistics(dimension: dimension)
            for vectorID in try collection.identifiers() {
                guard let id = UnitID(kind, vectorID), let vector = try collection.get(vectorID) else { continue }
                let words = try records.withValue(for: NamespaceKeys.words(of: id)) { try UnitWords.length($0) }
                all.add(vector, words: words ?? 0)
            }
            statistics[kind] = all
        }
    }

    /// Lets the texts of all sessions be made anew.
    mutating func rebuildSessions() throws {
        note()
        try records.forEach(prefix: NamespaceKeys.sessions) { key, _ in
            changed.insert(UInt32(bigEndian: key.dropFirst()))
            return true
        }
    }

    /// Writes a unit under the identifier that it has, as an import or a move to another model does.
    mutating func restore(_ unit: MemoryUnit, vector: [Float]) throws {
        let number = unit.id.session
        let draft = try draft(unit, vector: vector)
        note()
        if try records.value(for: NamespaceKeys.session(number)) == nil, sessions[number] == nil {
            if try sessionNumber(unit.session) != nil {
                throw MemoryError.corrupt("two sessions are called \"\(unit.session)\"")
            }
            guard number > 0, number < UInt32.max else { throw MemoryError.unitNotFound(unit.id) }
            sessions[number] = SessionRecord(name: unit.session)
            settings.nextSession = max(settings.nextSession, number + 1)
            try records.set(number.bigEndianBytes.reversed(), for: NamespaceKeys.sessionName(unit.session))
        }
        var session = try session(number)
        guard session.name.utf8.elementsEqual(unit.session.utf8) else {
            throw MemoryError.corrupt("session \(number) is called \"\(session.name)\" and \"\(unit.session)\"")
        }
        session.counts[unit.id.kind] = max(session.counts[unit.id.kind] ?? 0, unit.id.ordinal)
        if unit.id.kind == .turn {
            session.note(unit.time)
            continued.insert(number)
        }
        sessions[number] = session
        try store(unit, draft, vector)
    }

    /// Forgets a session of which no unit is left.
    mutating func removeSession(_ number: UInt32) throws {
        let name = try session(number).name
        (sessions[number], _) = (nil, changed.remove(number))
        continued.remove(number)
        try records.remove(NamespaceKeys.session(number))
        try records.remove(NamespaceKeys.sessionName(name))
    }
}

/// Makes terms of words, for as long as a transaction.
private final class TermMaker {
    private let analyser: WordAnalyser

    init(_ language: WordLanguage) throws(WordsError) {
        analyser = try WordAnalyser(WordAnalysis(language: language))
    }

    func words(of unit: MemoryUnit) throws(WordsError) -> UnitWords { try UnitWords(of: unit, analyser) }
}

extension MemoryUnit {
    /// Whether some recalls leave it out.
    var isHideable: Bool { archived != nil || expires != nil }
}
