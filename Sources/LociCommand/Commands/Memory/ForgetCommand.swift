// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociMemory

/// `loci forget`: units out of a memory.
struct ForgetCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "forget",
        abstract: "Forget units of a memory.",
        discussion: """
              loci forget agent.loci acme/alice --id t1.2 --id t1.3
              loci forget agent.loci acme/alice --session monday
              loci forget agent.loci acme/alice --before 2025-01-01
              loci forget agent.loci acme/alice --expired
              loci forget agent.loci acme/alice --all

            What is forgotten is in no answer from then on; it leaves the file with 'loci compact'. Pinned units are not \
            forgotten by their time.
            """)

    @OptionGroup var target: NamespaceArguments

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("A unit; may be given several times.", valueName: "id"))
    var id: [String] = []

    @Option(help: ArgumentHelp("All units of a session.", valueName: "name"))
    var session: String?

    @Option(help: ArgumentHelp("All that happened before a time.", valueName: "time"))
    var before: String?

    @Flag(help: "All that were to be forgotten by now.")
    var expired = false

    @Flag(help: "The whole namespace.")
    var all = false

    @OptionGroup var progress: ProgressOptions

    func validate() throws { _ = try forgotten() }

    /// - Throws: `ValidationError`.
    private func forgotten() throws -> Forgotten {
        var choices: [Forgotten] = []
        if !id.isEmpty {
            choices.append(
                .units(
                    try id.map { text in
                        guard let id = UnitID(text) else {
                            throw ValidationError("--id is \(text); it must be a unit, such as t1.2")
                        }
                        return id
                    }))
        }
        if let session { choices.append(.session(session)) }
        if let before {
            guard let time = CalendarTime(before) else {
                throw ValidationError("--before is \(before); write 2026-05-01T10:00:00Z, or seconds since 1970")
            }
            choices.append(.before(time.seconds))
        }
        if expired { choices.append(.expired) }
        if all { choices.append(.all) }
        guard choices.count == 1, let choice = choices.first else {
            throw ValidationError("give one of --id, --session, --before, --expired and --all")
        }
        return choice
    }

    func run() throws {
        let count = try target.memory(access: .readWrite).forget(forgotten())
        try Console.output.write(
            "forgot \(Format.count(count)) \(count == 1 ? "unit" : "units") of \(TextWidth.printable(target.namespace))\n"
        )
    }
}
