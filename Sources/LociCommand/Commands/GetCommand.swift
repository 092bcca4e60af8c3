// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociJSON

/// `loci get`: the vectors of identifiers.
struct GetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "get",
        abstract: "Print or write the vectors and attributes of identifiers.",
        discussion: """
            Prints a JSON object a line, with id, vector (or vectors, of a row of several) and attributes if there are \
            some, in the order of the identifiers. Vectors are as they were given where the collection keeps originals, else decoded from their codes. If an identifier is unknown, \
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
        // Vectors and attributes of one moment.
        try Database.open(target.database, access: .readOnly).read { view in
            let collection = try view.collection(target.collection)
            let wanted = try names.read()
            if let output {
                try write(wanted, of: collection, to: output)
            } else {
                try collection.forEachRow(of: wanted) { id, vectors in
                    try Interrupted.check()
                    let values = vectors.map { JSONValue.array($0.map { .float($0) }) }
                    var members = [("id", JSONValue.identifier(id))]
                    members.append(values.count == 1 ? ("vector", values[0]) : ("vectors", .array(values)))
                    if let attributes = try collection.attributes(of: id) {
                        members.append(("attributes", .raw(attributes.json)))
                    }
                    try Console.output.write(JSONValue.object(members).line + "\n")
                }
            }
        }
    }

    private func write(_ wanted: [VectorID], of collection: Collection, to output: String) throws {
        let format = try VectorFileFormat.checkOutput(path: output, writable: VectorFileFormat.writable)
        guard let dimension = try collection.dimension else { throw LociError.emptyCollection(name: collection.name) }
        let writer = try VectorFileWriter(path: output, dimension: dimension, format: format)
        try collection.forEachRow(of: wanted) { id, vectors in
            try Interrupted.check()
            try writer.append(vectors, id, of: collection)
        }
        try writer.finish()
        progress.note("wrote \(Format.count(writer.count)) vectors to \(output)")
    }
}

extension VectorFileWriter {
    /// Appends a row with as much of what belongs to it as the format holds.
    func append(_ vectors: [[Float]], _ id: VectorID, of collection: Collection) throws {
        guard format.holdsIdentifiers else { return try append(vectors: vectors) }
        try append(vectors: vectors, identifier: id.bytes, attributes: collection.attributes(of: id))
    }
}
