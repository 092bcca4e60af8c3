// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// `loci add`: vectors of a file or a stream to a collection that is in use.
struct AddCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Add vectors to a collection, commit by commit.",
        discussion: """
            Rows are committed in batches, each whole and durable or not at all; searches go on meanwhile, and see each \
            commit. What was committed stays when a later row is refused or the command is stopped: the message says how \
            many rows. To load a large file into a new collection, 'loci build' is faster.

              loci add photos.loci clip --from more.npy --ids more.txt
              loci add photos.loci clip --from changed.jsonl --upsert
              producer | loci add photos.loci clip --from - --batch 100 --json

            --from - reads JSON lines from standard input as they come: a batch is committed when it is full or the input \
            ends. Vectors are named by the lines of --ids, else by the ids of JSON lines, else by numbers that follow on \
            the largest number in the collection. JSON lines may have attributes, a JSON object for each: {"id": "cat.jpg", \
            "vector": [...], "attributes": {"year": 2024}}. With --upsert, a line without keeps those of its id. A row may \
            have several vectors, up to 256, and is then found by the best of them: {"id": "a.txt", "vectors": [[...], [...]]}.

            The database and the collection are created if they are missing. --metric and the options after it are for \
            a new collection; given for another, they must be what it was made with. --index declares an index on a field \
            of the attributes, for filters or words; see 'loci index'.

            With the address of a server, --batch is how many rows are sent before their acknowledgements are waited for. \
            The server makes new collections by its own settings, and replaces what has the same id, with --upsert or \
            without. Rows without ids are numbered from 0, in a new collection only.

              loci add redis://localhost clip --from more.npy --ids more.txt

            --json prints a line after each commit, {"committed":N}, with the number of rows so far; of a server \
            {"acknowledged":N} after each batch.
            """)

    @OptionGroup var target: ServedCollectionArguments

    @Option(
        help: ArgumentHelp(
            "The vectors: .fvecs, .bvecs, .ivecs, .fbin, .u8bin, .ibin, .npy, .jsonl, .idx or gzipped IDX, or - for JSON "
                + "lines on standard input.", valueName: "file"),
        completion: .file())
    var from: String

    @Option(help: ArgumentHelp("The identifiers of the vectors, one a line.", valueName: "file"), completion: .file())
    var ids: String?

    @Option(help: ArgumentHelp("How many rows are committed, or sent, together.", valueName: "N"))
    var batch = 1_000

    @Flag(help: "Replace the vectors of identifiers that are there already.")
    var upsert = false

    @Option(help: ArgumentHelp("How many threads link new vectors; by default one a core.", valueName: "N"))
    var threads: Int?

    @OptionGroup var options: CollectionOptions

    @Option(
        help: ArgumentHelp(
            "Make an index on a field in a new collection: \(IndexOption.kinds). Can be given many times.",
            valueName: "field:kind"), transform: IndexOption.init(parsing:))
    var index: [IndexOption] = []

    @Flag(help: "Print a JSON object after each commit.")
    var json = false

    @OptionGroup var progress: ProgressOptions

    func validate() throws {
        try Allowed.check("--batch", batch, in: Allowed.batch)
        try Allowed.check("--threads", threads, in: Allowed.threads)
        if ids != nil, from == AddedRows.standardInput {
            throw ValidationError("--ids needs a file; lines of standard input have their ids in them")
        }
        if try target.server != nil { try validateForServer() }
    }

    func run() throws {
        Interrupt.install()
        if let server = try target.server { return try run(on: server) }
        let start = ContinuousClock.now
        var rows = try AddedRows(from: from, ids: ids)
        try checkTarget()
        let report = CommitReport(
            "committed", ("row was committed", "rows were committed"), json: json,
            bar: progress.bar("Adding", total: rows.count, unit: "vectors"))
        var (replaced, count, rowCount) = (0, 0, 0)
        try report.run {
            // Before there is a file: input that fails at once, or never comes, leaves none.
            var batch = try rows.next(self.batch)
            try Database.create(at: target.database) { database in
                repeat {
                    let result = try database.write(threads: threads) { transaction in
                        let collection = try collection(in: transaction, isFirst: report.count == 0)
                        return (
                            try add(batch, of: rows, to: collection), collection.count, collection.rowCount
                        )
                    }
                    (replaced, count, rowCount) = (replaced + result.0, result.1, result.2)
                    try report.add(batch.count)
                    batch = try rows.next(self.batch)
                } while !batch.isEmpty
            }
        }
        guard !json else { return }
        let seconds = Format.seconds(ContinuousClock.now - start)
        try Console.output.write(
            "added \(Format.rows(report.count - replaced, areVectors: count == rowCount)) to \(TextWidth.printable(target.collection)) and "
                + "replaced \(Format.count(replaced)) in \(Format.duration(seconds: seconds)): "
                + "\(Format.total(vectors: count, rows: rowCount)) now\n")
    }

    /// Refuses what the first commit would, before rows are waited for.
    private func checkTarget() throws {
        let existing: CollectionConfiguration?
        do {
            existing = try Database.open(target.database, access: .readOnly).collection(target.collection).configuration
        } catch LociError.databaseNotFound {
            existing = nil
        } catch LociError.collectionNotFound {
            existing = nil
        }
        if let existing {
            try options.check(against: existing, of: target.collection)
        } else {
            try options.configuration.validate()
        }
    }

    /// The collection, which the first commit may create.
    private func collection(in transaction: DatabaseTransaction, isFirst: Bool) throws -> WritableCollection {
        let collection: WritableCollection
        do {
            collection = try transaction.collection(target.collection)
        } catch LociError.collectionNotFound where isFirst {
            collection = try transaction.createCollection(target.collection, options.configuration)
            for index in index { try index.create(in: collection) }
            return collection
        }
        try options.check(against: collection.configuration, of: target.collection)
        if isFirst { try checkIndexes(against: collection.indexes) }
        return collection
    }

    /// - Throws: `CollectionOptions.Differs` for an index that a collection which exists does not have.
    private func checkIndexes(against existing: [FieldIndex]) throws {
        for index in index {
            let path = index.path.first == "." ? String(index.path.dropFirst()) : index.path
            let own = existing.first { $0.path == path }
            if let own, index.isLike(own) { continue }
            throw CollectionOptions.Differs(
                option: "--index", given: index.description, collection: target.collection,
                value: own?.option ?? "no index on this field")
        }
    }

    /// Adds a batch.
    /// - Returns: How many vectors were replaced.
    /// - Throws: `RefusedRow`, `Interrupted`; what the database throws.
    private func add(_ batch: [AddedRow], of rows: AddedRows, to collection: WritableCollection) throws -> Int {
        var replaced = 0
        for row in batch {
            try Interrupted.check()
            do {
                if try add(row, to: collection) { replaced += 1 }
            } catch let error as IndexError where error != .cancelled {
                throw RefusedRow(place: rows.place(of: row), cause: error.withoutRow)
            } catch let error as LociError {
                switch error {
                case .identifierExists, .vectorCount: throw RefusedRow(place: rows.place(of: row), cause: error)
                default: throw error
                }
            }
        }
        return replaced
    }

    /// - Returns: Whether there was a vector of the identifier.
    private func add(_ row: AddedRow, to collection: WritableCollection) throws -> Bool {
        guard let id = row.id else {
            guard row.vectors.first?.isEmpty == false else {
                throw IndexError.dimension(found: 0, limit: VectorFileLimits.dimension)
            }
            let id = collection.nextIdentifier
            try collection.add(id, vectors: row.vectors, attributes: row.attributes)
            return false
        }
        if upsert { return try collection.upsert(id, vectors: row.vectors, attributes: row.attributes) }
        try collection.add(id, vectors: row.vectors, attributes: row.attributes)
        return false
    }
}

extension IndexError {
    /// The same error of a vector whose place is told beside it.
    fileprivate var withoutRow: IndexError {
        switch self {
        case .notFinite(_, let component): .notFinite(row: nil, component: component)
        case .tooLarge(_, let component, let limit): .tooLarge(row: nil, component: component, limit: limit)
        case .tooFar(_, let reach, let limit): .tooFar(row: nil, reach: reach, limit: limit)
        case .zeroVector: .zeroVector(row: nil)
        default: self
        }
    }
}
