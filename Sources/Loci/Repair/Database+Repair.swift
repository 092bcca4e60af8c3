// Loci, Apache License 2.0.

public import LociIndex
import LociStorage

extension Database {
    /// Repairs what a check finds wrong: names and numbers first, then each collection as `Collection.repair` does.
    ///
    /// A collection whose name was lost gets it back. Records that no name leads to and that are no collection are dropped; a
    /// collection that stands under a name that another one has is dropped only where losses are allowed.
    /// Each part is done as a whole or not at all. Make a copy of the file before: see `docs/caveats.md`.
    /// - Parameters:
    ///   - dropLost: Whether to go on where vectors are lost. Without it a collection that would lose some is left as it is.
    ///   - threads: How many; `nil` for one a processor. The result does not depend on it.
    ///   - observer: Is told of the progress of each collection, and may stop the work; what was repaired before stays so.
    /// - Returns: What was found, done, and lost.
    /// - Throws: As `Collection.repair`.
    public func repair(
        dropLost: Bool = false, threads: Int? = nil, observer: some BuildObserver = SilentObserver()
    ) throws -> DatabaseRepair {
        if environment.isReadOnly { throw LociError.mapping(StorageError.readOnly(path: path)) }
        var report = DatabaseRepair()
        report.steps = try LociError.mapped { try repairCatalogue(dropLost: dropLost) }
        for name in try collectionNames() {
            let collection = Collection(name: name, database: self)
            do {
                report.collections.append(
                    try collection.repair(dropLost: dropLost, threads: threads, observer: observer))
            } catch LociError.collectionNotFound {
                // Dropped by somebody else since its name was read.
                continue
            }
        }
        return report
    }

    /// Repairs names and numbers, in one transaction, and drops what is no part of the database.
    private func repairCatalogue(dropLost: Bool) throws -> [DatabaseRepair.Step] {
        let survey = try environment.read { try CatalogueSurvey(path: path, in: $0) }
        guard !survey.isSound else { return [] }
        let (steps, dropped) = try environment.write { transaction in
            var repair = CatalogueRepair(survey: try CatalogueSurvey(path: path, in: transaction), dropLost: dropLost)
            try repair.run(in: transaction)
            return (repair.steps, repair.dropped)
        }
        for number in dropped { try environment.dropCollection(number) }
        return steps
    }
}

/// A repair of names and numbers.
private struct CatalogueRepair {
    let survey: CatalogueSurvey
    let dropLost: Bool
    private(set) var steps: [DatabaseRepair.Step] = []
    /// Numbers that are marked now, to be dropped.
    private(set) var dropped: [UInt32] = []

    init(survey: CatalogueSurvey, dropLost: Bool) {
        self.survey = survey
        self.dropLost = dropLost
    }

    mutating func run(in transaction: borrowing WriteTransaction) throws {
        if let fault = survey.counterFault { try raiseCounter(fault, in: transaction) }
        var sound = Set(survey.names.compactMap { if case .sound = $0.lead { $0.name } else { nil } })
        var relinked: Set<UInt32> = []
        var unnamed = Set(survey.strays.filter { !$0.isNamed }.map(\.number))
        for stray in survey.strays {
            guard case .of(let name) = stray.record, !sound.contains(name) else { continue }
            try Catalogue.link(name: name, to: stray.number, in: transaction)
            sound.insert(name)
            relinked.insert(stray.number)
            note("the collection \"\(name)\", number \(stray.number): its name leads to it again", isDone: true)
        }
        for (name, lead) in survey.names where !sound.contains(name) {
            // What the name led to has its own name by now, so that nothing is lost with this one.
            guard case .otherRecord(let number, let other) = lead, sound.contains(other) else { continue }
            try Catalogue.unlink(name: name, in: transaction)
            unnamed.insert(number)
            note(
                "the name \"\(name)\" led to number \(number), which is the collection \"\(other)\": it is removed",
                isDone: true)
        }
        for stray in survey.strays where unnamed.contains(stray.number) && !relinked.contains(stray.number) {
            try drop(stray, in: transaction)
        }
        for fault in survey.faults {
            note(
                "\(fault): it is left as it is; copy what can be read (loci export), or restore a backup", isDone: false
            )
        }
    }

    private mutating func raiseCounter(_ fault: String, in transaction: borrowing WriteTransaction) throws {
        try transaction.setNextCollectionNumber(survey.largestNumber + 1)
        note("\(fault): it will have number \(survey.largestNumber + 1)", isDone: true)
    }

    private mutating func drop(_ stray: CatalogueSurvey.Stray, in transaction: borrowing WriteTransaction) throws {
        let what =
            switch stray.record {
            case .none: "no name leads to it, and it has no record"
            case .damaged: "no name leads to it, and its record is damaged"
            case .of(let name): "its record is of the collection \"\(name)\", which another number is"
            }
        guard stray.record == .none && !stray.tables.contains(.records) || dropLost else {
            note("collection number \(stray.number): \(what); to drop it would lose what it holds", isDone: false)
            return
        }
        try transaction.delete(Key(collection: stray.number), in: .collections)
        try transaction.markForDropping(collection: stray.number)
        dropped.append(stray.number)
        note("collection number \(stray.number): \(what); it is dropped", isDone: true)
    }

    private mutating func note(_ what: String, isDone: Bool) {
        steps.append(DatabaseRepair.Step(what: what, isDone: isDone))
    }
}
