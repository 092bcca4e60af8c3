// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociJSON

/// `loci index`: indexes on fields of the attributes.
struct IndexCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "index",
        abstract: "List, add or drop indexes on fields of the attributes.",
        discussion: """
            An index finds what matches a filter without reading the attributes of all vectors. It changes no answer, and \
            is kept by every write. A field is given as filters write it, without the point before it, and with the kind \
            of its index: keyword for strings, elements of lists, and all else that is compared with ==, in and ^=; number \
            for numbers that are compared with < and the like; time for times that are compared with time("..."). An index \
            of the kind text finds what has some words, for 'loci query --text'; with a language, as in text:english, words \
            of one stem are the same.

              loci index photos.loci clip
              loci index photos.loci clip --add year:number --add tags:keyword
              loci index photos.loci clip --drop year --add year:keyword
              loci index photos.loci clip --add caption:text:english

            All is done in one transaction; --drop comes before --add. 'loci query --explain' tells whether a filter was \
            answered by indexes. --json prints the indexes as one array: field, kind, rows (that have the field); of texts \
            language, keeps_diacritics, documents (that have words), words.
            """)

    @OptionGroup var target: CollectionArguments

    @Option(
        help: ArgumentHelp("Make an index: \(IndexOption.kinds). Can be given many times.", valueName: "field:kind"),
        transform: IndexOption.init(parsing:))
    var add: [IndexOption] = []

    @Option(help: ArgumentHelp("Drop the index on a field. Can be given many times.", valueName: "field"))
    var drop: [String] = []

    @Flag(help: "Print a JSON array.")
    var json = false

    func run() throws {
        let access: Database.Access = add.isEmpty && drop.isEmpty ? .readOnly : .readWrite
        let database = try Database.open(target.database, access: access)
        let collection = try database.collection(target.collection)
        if access == .readWrite {
            try database.write { transaction in
                let collection = try transaction.collection(target.collection)
                for path in drop { try collection.dropIndex(path) }
                for index in add { try index.create(in: collection) }
            }
        }
        let indexes = try collection.indexes
        if json {
            try Console.output.write(JSONValue.array(indexes.map { .object($0.members) }).line + "\n")
        } else if indexes.isEmpty {
            Console.error.note("loci: there are no indexes\n")
        } else {
            var table = TextTable([.text("field"), .text("kind"), .number("vectors")])
            for index in indexes { table.add([index.path, index.kindDescription, Format.count(index.rows)]) }
            try Console.output.write(table.rendered())
        }
    }
}
