// Loci, Apache License 2.0.

public import LociIndex
import LociStorage

extension Collection {
    /// Builds the collection anew from what is sound of it, if anything is wrong with it.
    ///
    /// Vectors are read from their originals, where these are kept and sound, or else from their codes; codes that are all
    /// there is of a vector are kept to the bit. Identifiers are read from their chunks, or else from the table that leads
    /// from them to slots. Attributes are kept where they are sound. All else is made of these: the graph, its entry point, what
    /// slots hold, sketches, entry points, indexes, and codes where originals are kept. An index whose record is damaged is
    /// dropped.
    ///
    /// The new collection is written under a hidden number, and takes the old one's place in one transaction. Until then, and
    /// when the repair is stopped or fails, nothing has changed. It takes as much of the file again as the collection has.
    /// A repair cannot help the pages of LMDB that lead to the records. Make a copy of the file before: see
    /// `docs/caveats.md`.
    /// - Parameters:
    ///   - dropLost: Whether to go on where vectors or their attributes are lost. Without it nothing is changed then, and the answer says which.
    ///   - threads: How many; `nil` for one a processor. The result does not depend on it.
    ///   - observer: Is told of the progress, and may stop the work.
    /// - Returns: What was found, done, and lost.
    /// - Throws: `LociError.collectionNotFound`; `LociError.busy` when the collection was changed meanwhile;
    ///   `IndexError.cancelled`; what a build throws.
    /// - Complexity: That of `check`, and where something is wrong that of a build.
    public func repair(
        dropLost: Bool = false, threads: Int? = nil, observer: some BuildObserver = SilentObserver()
    ) throws -> CollectionRepair {
        try requireWritable()
        return try LociError.mapped {
            // Alive until the end: the vectors are read from it.
            let snapshot = try database.environment.snapshot()
            return try withExtendedLifetime(snapshot) {
                let finding = try snapshot.withTransaction { transaction -> RepairFinding in
                    try examine(in: transaction)
                }
                guard let number = finding.number, let salvaged = finding.salvaged else { return finding.report }
                return try CollectionRebuild(
                    database: database, snapshot: snapshot, number: number, salvaged: salvaged, report: finding.report,
                    dropLost: dropLost, threads: max(1, threads ?? Parallel.processorCount), observer: observer
                ).run()
            }
        }
    }

    private func examine(in transaction: borrowing ReadTransaction) throws -> RepairFinding {
        let lead = try CatalogueSurvey.lead(of: name, path: database.path, in: transaction)
        let faults = try check(limit: 100, in: transaction)
        var report = CollectionRepair(collection: name, outcome: .sound, faults: faults)
        guard case .sound(let number) = lead else {
            report.outcome = .impossible(lead.remedy)
            return RepairFinding(report: report)
        }
        let record = try Catalogue.record(number: number, path: database.path, in: transaction)
        report.kept = record.count
        guard !faults.isEmpty else { return RepairFinding(report: report) }
        let salvaged = try SalvagedCollection(number: number, record: record, in: transaction)
        report.kept = salvaged.rows.count
        report.lost = salvaged.lost
        report.lostAttributes = salvaged.lostAttributes
        report.reduced = salvaged.reduced
        report.straying = salvaged.straying
        return RepairFinding(report: report, number: number, salvaged: salvaged)
    }
}

/// What is wrong with a collection, and what can be saved of it; nothing of that where nothing is wrong, or nothing can be
/// done.
private struct RepairFinding {
    let report: CollectionRepair
    var number: UInt32?
    var salvaged: SalvagedCollection?
}

extension CatalogueSurvey.Lead {
    /// What can be done about a name that leads to no collection of its own.
    fileprivate var remedy: String {
        switch self {
        case .sound, .otherRecord:
            "its name leads to another collection; repair the whole database, which finds the one that it belongs to"
        case .unreadable, .noRecord:
            "its name leads to no record; repair the whole database, which finds the record if there is one, or restore the "
                + "collection from a backup, or drop it (loci drop)"
        case .damagedRecord:
            "its record is damaged, which tells how all else is to be read; restore the collection from a backup, or drop "
                + "it (loci drop)"
        }
    }
}

/// A build of a collection from what is sound of it.
private struct CollectionRebuild<Observer: BuildObserver> {
    let database: Database
    let snapshot: Snapshot
    let number: UInt32
    let salvaged: SalvagedCollection
    let report: CollectionRepair
    let dropLost: Bool
    let threads: Int
    let observer: Observer

    func run() throws -> CollectionRepair {
        var report = report
        guard !report.hasLosses || dropLost else {
            report.outcome = .refused
            return report
        }
        if salvaged.rows.isEmpty { try empty() } else { try rebuild() }
        report.outcome = .repaired
        return report
    }

    private func rebuild() throws {
        let record = salvaged.record
        let build = CollectionBuild(
            database: database, name: record.name, configuration: record.configuration,
            source: SalvagedVectors(record: record, rows: salvaged.rows), tuning: record.tuning,
            attributes: { row in
                guard let slot = salvaged.attributesSlot(of: salvaged.slots[row]) else { return nil }
                return try snapshot.withTransaction { try $0.attributes(of: slot, in: number) }
            }, indexes: salvaged.indexes, threads: threads, observer: observer)
        // Codes that are all there is keep their space, so that they can be kept to the bit.
        let space = record.configuration.originals == .none ? record.space : nil
        let identifiers = try BuildIdentifiers(
            salvaged.identifiers, count: salvaged.rows.count, rows: salvaged.lists)
        var built = try build.built(identifiers, in: space)
        built.record.nextNumber = max(built.record.nextNumber, record.nextNumber)
        built.record.revision = record.revision &+ 1
        built.record.properties = record.properties
        try build.publish(built) { transaction, _, record in
            record.tuning = try current(in: transaction).tuning
            return number
        }
    }

    /// An empty collection in place of one of which nothing is left.
    private func empty() throws {
        var record = CollectionRecord(name: salvaged.record.name, configuration: salvaged.record.configuration)
        record.nextNumber = salvaged.record.nextNumber
        record.revision = salvaged.record.revision &+ 1
        record.properties = salvaged.record.properties
        try database.environment.write { transaction in
            _ = try current(in: transaction)
            try Catalogue.remove(name: record.name, number: number, in: transaction)
            let fresh = try transaction.allocateCollectionNumber()
            try Catalogue.put(record, number: fresh, in: transaction)
            try FieldIndexEditor.declare(salvaged.indexes, of: fresh, in: transaction)
        }
        try? database.environment.dropCollection(number)
    }

    /// The record as it is now.
    /// - Throws: `LociError.busy` when it is not of the vectors that were salvaged.
    private func current(in transaction: borrowing WriteTransaction) throws -> CollectionRecord {
        let name = salvaged.record.name
        let current =
            try Catalogue.number(of: name, in: transaction) == number
            ? Catalogue.record(number: number, path: database.path, in: transaction) : nil
        guard let current, current.revision == salvaged.record.revision else {
            throw LociError.busy(
                "the collection \"\(name)\" was changed, replaced or dropped while it was repaired; repair it again")
        }
        return current
    }
}
