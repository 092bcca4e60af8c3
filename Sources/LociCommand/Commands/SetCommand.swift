// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// `loci set`: the attributes of an identifier.
struct SetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "Set or remove the attributes of an identifier.",
        discussion: """
            Attributes are a JSON object of at most 64 KiB. It takes the place of the one that the identifier has; its \
            vector stays as it is. They are kept when the vector is replaced, and go when it is removed.

              loci set photos.loci clip cat.jpg --attributes '{"year": 2024, "tags": ["cat", "garden"]}'
              loci set photos.loci clip cat.jpg --remove

            'loci get' prints them. To add many vectors with attributes, see 'loci add'.
            """)

    @OptionGroup var target: CollectionArguments

    @Argument(help: "The identifier.")
    var id: String

    @Option(help: ArgumentHelp("The attributes: a JSON object.", valueName: "json"))
    var attributes: String?

    @Flag(help: "Remove the attributes instead.")
    var remove = false

    func validate() throws {
        guard (attributes == nil) == remove else { throw ValidationError("give either --attributes or --remove") }
        do throws(AttributesError) {
            _ = try given()
        } catch {
            // Without the text and the caret below.
            throw ValidationError("--attributes: \("\(error)".prefix { $0 != "\n" })")
        }
    }

    private func given() throws(AttributesError) -> Attributes? {
        guard let attributes else { return nil }
        return try Attributes(json: attributes)
    }

    func run() throws {
        let attributes = try given()
        let collection = try Database.open(target.database, access: .readWrite).collection(target.collection)
        let id = VectorID(id)
        guard try collection.setAttributes(id, attributes) else {
            throw LociError.identifiersNotFound(name: collection.name, first: id, count: 1, of: 1)
        }
    }
}
