// Loci, Apache License 2.0.

import LociIndex
import LociStorage

/// Something wrong with a database, and where.
public struct Fault: Sendable, Equatable, CustomStringConvertible {
    /// The collection; `nil` for the database's own records.
    public let collection: String?
    /// What is wrong, and where.
    public let what: String

    /// One line.
    public var description: String { collection.map { "\($0): \(what)" } ?? what }
}

extension Database {
    /// Checks the file's pages, and all as one commit has it: that names and records lead to each other, that there is nothing
    /// which no name leads to, and each collection; see `checkPages` and `Collection.check`.
    /// - Parameters:
    ///   - limit: How many faults of the pages, of a collection, and of the database's own records, are reported at the most.
    ///   - progress: Called after each collection, with how many are done, of how many.
    /// - Returns: What is wrong, that of the database's own records first; nothing, when all is well. Faults of pages are
    ///   reported alone: what they lead to cannot be trusted.
    /// - Throws: `LociError.system` where the file cannot be read.
    /// - Complexity: O(bytes of the file).
    public func check(limit: Int = 100, progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }) throws -> [Fault] {
        try withCheckedPages(limit: limit) { transaction, faults in
            guard faults.isEmpty else { return faults }
            let survey = try CatalogueSurvey(path: path, in: transaction)
            var found = Array(survey.databaseFaults.prefix(max(0, limit)))
            for (done, (name, _)) in survey.names.enumerated() {
                progress(done, survey.names.count)
                found += try Collection(name: name, database: self).check(limit: limit, in: transaction)
            }
            progress(survey.names.count, survey.names.count)
            for (name, number) in survey.recordTables {
                var damaged = 0
                try transaction.verifyRecords(of: number) { _ in damaged += 1 }
                if damaged > 0 {
                    found.append(
                        Fault(collection: nil, what: "the table of records \"\(name)\": \(damaged) checksums are wrong")
                    )
                }
            }
            return found
        }
    }

    /// Checks the pages of the B-trees that lead to everything, and have no checksums.
    ///
    /// LMDB trusts these pages: of a file that a disk or a program has damaged, it may crash the process or, in a write,
    /// destroy more. So where damage is possible, check first.
    /// - Parameter limit: How many faults are reported at the most.
    /// - Returns: What is wrong with which page; nothing, when all is well.
    /// - Throws: `LociError.system` where the file cannot be read.
    /// - Complexity: O(pages of the file): it reads a page of each tree's, and the beginning of each chunk.
    public func checkPages(limit: Int = 100) throws -> [Fault] {
        try withCheckedPages(limit: limit) { _, faults in faults }
    }

    /// How often a check begins anew because two commits came between its beginning and its first page.
    private static let checkAttempts = 1_000

    private func withCheckedPages(
        limit: Int, _ body: (borrowing ReadTransaction, [Fault]) throws -> [Fault]
    ) throws -> [Fault] {
        try LociError.mapped {
            for _ in 0..<Self.checkAttempts {
                let faults = try environment.read { transaction -> [Fault]? in
                    guard let faults = try transaction.pageFaults(limit: limit) else { return nil }
                    return try body(transaction, faults.map { Fault(collection: nil, what: $0.description) })
                }
                if let faults { return faults }
            }
            throw StorageError.busy(path: path, operation: "committing without a pause")
        }
    }
}

extension Collection {
    /// Walks everything: checksums of chunks, identifiers and slots that are each other's inverse, degrees, edges,
    /// reachability of every vector, parents, states and counts, constants of the codes, components of originals, attributes,
    /// indexes that say of each row what its attributes say, and chunks of arrays that the collection does not have.
    ///
    /// The pages that lead to all this are the database's, and must be sound: see `Database.checkPages`.
    /// - Parameter limit: How many faults are reported at the most.
    /// - Returns: What is wrong; nothing, when all is well.
    /// - Throws: `LociError.collectionNotFound`, or what keeps the check from going on.
    /// - Complexity: O(bytes of the collection).
    public func check(limit: Int = 100) throws -> [Fault] {
        try withTransaction { try check(limit: limit, in: $0) }
    }

    /// The same within a transaction.
    func check(limit: Int, in transaction: borrowing ReadTransaction) throws -> [Fault] {
        var faults = CheckReport(collection: name, limit: limit)
        do {
            let number = try Catalogue.existing(name, in: transaction)
            let record = try Catalogue.record(number: number, path: database.path, in: transaction)
            guard record.name.utf8.elementsEqual(name.utf8) else {
                faults.add("its record is that of the collection \"\(record.name)\"")
                return faults.faults
            }
            try transaction.verifyChecksums(of: number) { faults.add($0.description) }
            // Only what is sound can be walked: a chunk that is damaged may hold anything.
            let canBeWalked = faults.isEmpty
            try Self.checkTables(of: number, record, in: transaction, report: &faults)
            var walked: CollectionView?
            if canBeWalked {
                let view = try CollectionView(number: number, record: record, in: transaction)
                if record.count > 0 {
                    for violation in GraphInvariants.violations(of: view.graph, limit: limit) {
                        faults.add(violation.description)
                    }
                }
                Self.checkCounts(of: view, report: &faults)
                Self.checkOriginals(of: view, report: &faults)
                try Self.checkIdentifiers(of: view, in: transaction, report: &faults)
                walked = view
            }
            try Self.checkAttributes(of: number, record, walked, in: transaction, report: &faults)
            try Self.checkIndexes(of: number, in: transaction, report: &faults)
        } catch let error as StorageError {
            guard case .corrupted = error else { throw error }
            faults.add(error.description)
        }
        return faults.faults
    }

    /// What stands in tables of which the collection has nothing.
    private static func checkTables(
        of number: UInt32, _ record: CollectionRecord, in transaction: borrowing ReadTransaction,
        report: inout CheckReport
    ) throws {
        let layout = try CollectionLayout(record)
        for table in Table.allCases {
            let isUsed =
                switch table {
                case .collections, .staging, .fields: true
                case .ids, .identifiers, .attributes, .postings: record.count > 0
                case .settings, .records: false
                default: record.count > 0 && layout[table] != nil
                }
            guard !isUsed else { continue }
            var entries = 0
            try transaction.forEach(in: table, prefix: Key(collection: number)) { _, _ in
                entries += 1
                return true
            }
            if entries > 0 {
                report.add("table \(table): it has \(entries) records of the collection, which should have none there")
            }
        }
    }

    /// Vectors that were kept can be measured.
    private static func checkOriginals(of view: CollectionView, report: inout CheckReport) {
        guard view.graph.originals != nil else { return }
        let admitting = view.record.admittingSpace(dimension: view.record.dimension)
        for slot in view.liveSlots {
            var vector = view.vector(at: slot)
            vector.withUnsafeMutableBufferPointer { values in
                guard let base = values.baseAddress else { return }
                do throws(IndexError) {
                    try admitting.admit(base, row: Int(slot), kernels: Kernels.active)
                } catch {
                    report.add("slot \(slot): the original of its vector could not be stored: \(error)")
                }
            }
        }
    }

    /// The numbers of the record against the states of slots.
    private static func checkCounts(of view: CollectionView, report: inout CheckReport) {
        guard let states = view.graph.states else { return }
        let all = (0..<UInt32(view.record.slots)).map { states.state(of: $0) }
        let (live, free) = (all.count { $0 == .live }, all.count { $0 == .free })
        if live != view.record.count { report.add("\(live) slots hold a vector and not \(view.record.count)") }
        if free != view.record.freeSlots { report.add("\(free) slots are free and not \(view.record.freeSlots)") }
    }

    /// Slots to identifiers and back, and what leads to slots from elsewhere.
    private static func checkIdentifiers(
        of view: CollectionView, in transaction: borrowing ReadTransaction, report: inout CheckReport
    ) throws {
        for slot in 0..<UInt32(view.record.slots) {
            let id = VectorID(bytes: try view.identifiers.identifier(at: slot))
            if let states = view.graph.states, !states.isLive(slot) {
                if !id.bytes.isEmpty { report.add("slot \(slot) holds no vector, but has the identifier \"\(id)\"") }
            } else if id.bytes.isEmpty {
                report.add("slot \(slot) has no identifier")
            } else if try !soundSlots(of: id, of: view, in: transaction).contains(slot) {
                report.add("the identifier \"\(id)\" of slot \(slot) does not lead back to it")
            }
            if let number = SlotNumber.slot(of: id.bytes), UInt64(number) >= view.record.nextNumber {
                report.add(
                    "the identifier \"\(id)\" of slot \(slot) is not below \(view.record.nextNumber), which the next "
                        + "vector without one is to be named by")
            }
        }
        var extraVectors = 0
        try transaction.forEach(in: .ids, prefix: Key(collection: view.number)) { key, _ in
            let id = VectorID(bytes: Array(key.copied.dropFirst(4)))
            let slots = try soundSlots(of: id, of: view, in: transaction)
            if slots.isEmpty { report.add("the identifier \"\(id)\" leads to no slot") }
            for slot in slots {
                let own = VectorID(bytes: try view.identifiers.identifier(at: slot))
                if own != id { report.add("the identifier \"\(id)\" leads to slot \(slot), which is \"\(own)\"") }
            }
            extraVectors += max(0, slots.count - 1)
            return true
        }
        if extraVectors != view.record.extraVectors {
            report.add(
                "\(extraVectors) vectors are beyond the first of their rows and not \(view.record.extraVectors)")
        }
    }

    /// The slots of an identifier; none also for such as do not exist, which the check reports with the others.
    private static func soundSlots(
        of id: VectorID, of view: CollectionView, in transaction: borrowing ReadTransaction
    ) throws -> [UInt32] {
        do {
            return try view.slots(of: id, in: transaction) ?? []
        } catch StorageError.corrupted {
            return []
        }
    }
}

/// Faults as they are found, up to a limit.
struct CheckReport {
    let collection: String
    let limit: Int
    private(set) var faults: [Fault] = []

    init(collection: String, limit: Int) {
        self.collection = collection
        self.limit = limit
    }

    var isEmpty: Bool { faults.isEmpty }

    mutating func add(_ what: String) {
        if faults.count < limit { faults.append(Fault(collection: collection, what: what)) }
    }
}
