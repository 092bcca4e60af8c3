// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// `loci get`: the vectors of identifiers.
struct GetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Print or write the vectors of identifiers.",
        discussion: """
            Prints a JSON object a line, with id and vector, in the order of the identifiers. Vectors are as they were \
            given where the collection keeps originals, else decoded from their codes. If an identifier is unknown, \
            nothing is printed or written.

              loci get photos.loci clip --id cat.jpg --id dog.jpg
              loci get photos.loci clip --ids wanted.txt --output wanted.npy
            """)

    @OptionGroup var target: CollectionArguments

    @OptionGroup var names: IdentifierArguments

    @Option(
        help: ArgumentHelp(
            "Where the vectors are written instead: .jsonl, .npy, .fvecs or .fbin.", valueName: "file"),
        completion: .file())
    var output: String?

    @OptionGroup var progress: ProgressOptions

    func run() throws {
        Interrupt.install()
        let collection = try Database.open(target.database, access: .readOnly).collection(target.collection)
        let wanted = try names.read()
        if let output {
            try write(wanted, of: collection, to: output)
        } else {
            try collection.forEach(of: wanted) { id, vector in
                try Interrupted.check()
                let line = JSONValue.object([("id", .identifier(id)), ("vector", .array(vector.map { .float($0) }))])
                    .line
                try Console.output.write(line + "\n")
            }
        }
    }

    private func write(_ wanted: [VectorID], of collection: Collection, to output: String) throws {
        let format = try VectorFileFormat.checkOutput(path: output, writable: VectorFileFormat.writable)
        guard let dimension = try collection.dimension else { throw LociError.emptyCollection(name: collection.name) }
        let writer = try VectorFileWriter(path: output, dimension: dimension, format: format)
        try collection.forEach(of: wanted) { id, vector in
            try Interrupted.check()
            try writer.append(vector, identifier: format.holdsIdentifiers ? id.bytes : nil)
        }
        try writer.finish()
        progress.note("wrote \(Format.count(writer.count)) vectors to \(output)")
    }
}
