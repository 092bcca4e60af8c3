// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// `loci export`: the vectors of a collection to a file.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the vectors of a collection to a file.",
        discussion: """
            Vectors are as they were given where the collection keeps originals, else decoded from their codes. \
            Identifiers are written to .jsonl, which 'loci build' reads back; other formats have no place for them.

              loci export photos.loci clip --to clip.jsonl
              loci export photos.loci clip --to clip.npy
            """)

    @OptionGroup var target: CollectionArguments

    @Option(help: ArgumentHelp("The file: .jsonl, .npy, .fvecs or .fbin.", valueName: "file"), completion: .file())
    var to: String

    @OptionGroup var progress: ProgressOptions

    func run() throws {
        Interrupt.install()
        // Vectors and attributes of one moment.
        try Database.open(target.database, access: .readOnly).read { try export(try $0.collection(target.collection)) }
    }

    private func export(_ collection: Collection) throws {
        let format = try VectorFileFormat.checkOutput(path: to, writable: VectorFileFormat.writable)
        let info = try collection.info()
        guard info.count > 0 else { return try exportNothing(of: info.name, as: format) }
        let writer = try VectorFileWriter(path: to, dimension: info.dimension, format: format)
        let bar = progress.bar("Exporting", total: info.count, unit: "vectors")
        var leavesIdentifiers = false
        try collection.forEachRow { id, vectors in
            try Interrupted.check()
            if !format.holdsIdentifiers, !leavesIdentifiers {
                leavesIdentifiers = id != VectorID(row: writer.count) || vectors.count > 1
            }
            try writer.append(vectors, id, of: collection)
            for _ in vectors { bar.advance() }
        }
        try writer.finish()
        bar.finish()
        let isDecoded = info.configuration.originals == .none && info.quantization != .float32
        progress.note(
            "wrote \(Format.count(writer.count)) vectors to \(to)"
                + (isDecoded ? ", decoded from their \(info.quantization) codes" : "")
                + (leavesIdentifiers ? ", without their identifiers: .\(format.rawValue) has no place for them" : ""))
    }

    /// Lines can be none. A matrix has columns, which a collection without vectors has not.
    private func exportNothing(of name: String, as format: VectorFileFormat) throws {
        guard format == .jsonl else { throw LociError.emptyCollection(name: name) }
        try TextFile.write("", to: to)
        progress.note("wrote 0 vectors to \(to)")
    }
}
