// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociJSON

/// `loci info`: what a database or a collection holds and takes.
struct InfoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "info",
        abstract: "Show what a database or a collection holds and takes.",
        discussion: """
            Bytes are those of pages in the file, partly filled ones included. Unused slots are places of vectors that were \
            removed; those that are free are used again by the next vectors, and writes free the others bit by bit.

              loci info photos.loci
              loci info photos.loci clip --json

            With the address of a server, what it tells is shown. A password stands in the address or, unseen by others, in \
            LOCI_PASSWORD; LOCI_CA_FILE is a file of certificates for rediss:// where the system does not know the server's.

              loci info redis://localhost:6379
              loci info rediss://search@vectors.example:6380 clip

            --json prints one object. Of a collection: name, count, rows, unused_slots, free_slots, dimension, metric, \
            quantization, originals, keeps_lengths, index, degree, build_window, alpha, seed, search_window, tuning \
            (null, or k, recall and curve), bytes_on_disk, unused_bytes (an estimate), bytes_per_vector, bytes, kernels, \
            path, file_bytes. Of a database: path, bytes_on_disk, kernels, last_commit, durability (mode, interval_seconds), readers, \
            oldest_reader_commit, and collections with such objects. readers is null if unknown, oldest_reader_commit if \
            there are none. Of a collection of a server: name, count, dimension, info (what VINFO tells) and server; of a \
            server: server (address, name, version), keys, and info.
            """)

    @Argument(
        help: "The database: a file, or the address of a server, as in redis://localhost:6379.",
        completion: .file(extensions: ["loci"]))
    var database: String

    @Argument(help: "The name of a collection; without one, the whole database is shown.")
    var collection: String?

    @Flag(help: "Print a JSON object.")
    var json = false

    func validate() throws { try ServerPath.check(database) }

    func run() throws {
        if let server = try RemoteServer(database) {
            let info = RemoteInfo(server: server, json: json)
            return try collection.map { try info.run($0) } ?? info.run()
        }
        let database = try Database.open(database, access: .readOnly)
        if let collection {
            try show(try database.collection(collection).info(), of: database)
        } else {
            try show(try database.info())
        }
    }

    private func show(_ info: CollectionInfo, of database: Database) throws {
        let report = CollectionReport(info)
        let fileBytes = try database.bytes
        if json {
            return try Console.output.write(
                report.json(adding: [
                    ("kernels", .string(Kernels.name)), ("path", .string(database.path)),
                    ("file_bytes", .integer(fileBytes)),
                ]))
        }
        let lines = [
            ("file", "\(database.path), \(Format.bytes(fileBytes))"), ("kernels", Kernels.name),
        ]
        try Console.output.write(CollectionReport.block(report.lines + lines))
    }

    private func show(_ info: DatabaseInfo) throws {
        if json {
            let collections = info.collections.map { JSONValue.object(CollectionReport($0).members) }
            return try Console.output.write(
                JSONValue.object([
                    ("path", .string(info.path)), ("bytes_on_disk", .integer(info.bytes)),
                    ("kernels", .string(info.kernels)), ("last_commit", .integer(info.transactionID)),
                    ("durability", .object(DurabilityReport(info.durability).members)),
                    ("readers", info.readers.map { .integer($0) } ?? .null),
                    ("oldest_reader_commit", info.oldestReaderCommit.map { .integer($0) } ?? .null),
                    ("collections", .array(collections)),
                ]).line + "\n")
        }
        try Console.output.write(
            CollectionReport.block([
                ("file", info.path), ("size", Format.bytes(info.bytes)),
                ("collections", Format.count(info.collections.count)), ("last commit", "\(info.transactionID)"),
                ("durability", DurabilityReport(info.durability).text), ("readers", Self.readers(info)),
                ("kernels", info.kernels),
            ]))
        if !info.collections.isEmpty {
            try Console.output.write("\n" + CollectionReport.table(info.collections))
        }
    }
    private static func readers(_ info: DatabaseInfo) -> String {
        guard let readers = info.readers else { return "unknown" }
        guard let oldest = info.oldestReaderCommit else { return "none" }
        let behind = max(0, info.transactionID - oldest)
        let place = behind == 0 ? "at the last commit" : "\(Format.count(behind)) behind the last commit"
        return "\(Format.count(readers)), the oldest \(place)"
    }
}
