// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociMemory

/// `loci memory update`: a unit is changed in place.
struct MemoryUpdateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "update", abstract: "Change a unit in place, pin it, or put it aside.",
        discussion: """
              loci memory update agent.loci acme/alice t1.2 --text "Ana lives in Porto."
              loci memory update agent.loci acme/alice t1.2 --pin
              loci memory update agent.loci acme/alice t1.2 --archive

            To keep what was said before, let another unit take its place: 'loci remember --supersedes'.
            """)

    @OptionGroup var target: NamespaceArguments

    @Argument(help: "The unit, such as t1.2.")
    var id: String

    @Option(help: "Another text.")
    var text: String?

    @Option(help: "How much it matters, from 0 to 1.")
    var importance: Double?

    @Option(help: ArgumentHelp("When it is forgotten; never: not at all.", valueName: "time"))
    var expires: String?

    @Flag(inversion: .prefixedNo, help: "Whether time lets it fade.")
    var pin: Bool?

    @Flag(inversion: .prefixedNo, help: "Whether it is put aside.")
    var archive: Bool?

    @OptionGroup var model: ModelOptions

    func validate() throws {
        if UnitID(id) == nil { throw ValidationError("\(id) is no unit, such as t1.2") }
        if let expires, expires != "never", CalendarTime(expires) == nil {
            throw ValidationError("--expires is \(expires); write 2026-05-01T10:00:00Z, seconds since 1970, or never")
        }
        if let importance, !(0...1).contains(importance) {
            throw ValidationError("--importance is \(importance); it must be from 0 to 1")
        }
        guard text != nil || importance != nil || expires != nil || pin != nil || archive != nil else {
            throw ValidationError("say what is to be changed: --text, --importance, --expires, --pin or --archive")
        }
    }

    func run() throws {
        guard let id = UnitID(id) else { return }
        var change = UnitChange()
        (change.text, change.importance, change.isPinned, change.isArchived) = (text, importance, pin, archive)
        if let expires { change.expires = .some(CalendarTime(expires)?.seconds) }
        let memory = try text == nil ? target.memory(access: .readWrite) : target.memory(model)
        let asked = change
        let unit = try AsynchronousWork.run { try await memory.update(id, asked) }
        try Console.output.write(MemoryReport.table([unit]))
    }
}

/// `loci memory export`: a namespace to one file.
struct MemoryExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write a namespace to one file of JSON lines, with vectors, history and links."
    )

    @OptionGroup var target: NamespaceArguments

    @Option(help: ArgumentHelp("The file: .jsonl.", valueName: "file"), completion: .file())
    var to: String

    func run() throws {
        let count = try target.memory(access: .readOnly).export(to: to)
        try Console.output.write("wrote \(Format.count(count)) units to \(TextWidth.printable(to))\n")
    }
}

/// `loci memory import`: a file to a new namespace.
struct MemoryImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import", abstract: "Read a file of 'loci memory export' into a new namespace.")

    @OptionGroup var target: NamespaceArguments

    @Option(help: ArgumentHelp("The file.", valueName: "file"), completion: .file())
    var from: String

    func run() throws {
        let (namespace, path) = (target.namespace, from)
        let count = try Database.create(at: target.database) { database in
            try MemoryStore(database, embedder: nil).memory(namespace).importUnits(from: path)
        }
        try Console.output.write("read \(Format.count(count)) units into \(TextWidth.printable(namespace))\n")
    }
}

/// `loci memory reembed`: a namespace to another model.
struct MemoryReembedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reembed", abstract: "Move a namespace to another model.",
        discussion: """
              loci memory reembed agent.loci acme/alice --model wordllama

            All vectors are made anew while the memory is searched by its old model, which it goes over from in one moment. \
            Stopped, it goes on from where it was.
            """)

    @OptionGroup var target: NamespaceArguments

    @OptionGroup var model: ModelOptions

    @OptionGroup var progress: ProgressOptions

    func validate() throws {
        if model.model == nil { throw ValidationError("say to which model: --model") }
    }

    func run() throws {
        Interrupt.install()
        let memory = try target.memory(model)
        let progress = progress
        try AsynchronousWork.run {
            let bar = progress.bar("Embedding", total: nil, unit: "units")
            try await memory.reembed { done, _ in
                bar.update(to: done)
                try Interrupted.check()
            }
            bar.finish()
        }
        try Console.output.write("\(TextWidth.printable(target.namespace)) is of \(try memory.info().model) now\n")
    }
}
