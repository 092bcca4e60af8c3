// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociClient
import LociJSON

/// The work was stopped by Ctrl-C or SIGTERM.
struct Interrupted: Error {
    /// - Throws: `Interrupted` when a signal asked the command to end.
    static func check() throws {
        if Interrupt.isRequested { throw Interrupted() }
    }
}

/// What an error means to the shell: what is printed where, and the exit status.
struct Outcome {
    /// The status of a command line that is wrong.
    static let usageStatus: Int32 = 2

    /// For standard output: a text that was asked for, such as help.
    private(set) var output = ""
    /// For standard error: one line.
    private(set) var message = ""
    let status: Int32

    init(_ error: any Error, arguments: [String]) {
        switch error {
        case is Interrupted, IndexError.cancelled, ClientError.interrupted:
            message = Self.line("interrupted; nothing was changed")
            status = Interrupt.exitStatus ?? 130
        case let error as StoppedWrite:
            let cause = Outcome(error.cause, arguments: arguments)
            status = cause.status
            if error.cause is Interrupted || error.cause as? ClientError == .interrupted {
                message = Self.line("interrupted; \(error.committed ?? "nothing was changed")")
            } else {
                let before = error.committed.map { $0 + " before" } ?? "nothing was changed"
                message = cause.message.dropLast() + "; \(before)\n"
            }
        case let error as RefusedRow:
            message = Self.line(error.description)
            status = 1
        case let error as IndexError:
            message = Self.line(error.description)
            if case .parameter = error { status = Self.usageStatus } else { status = 1 }
        case let error as VectorFileError:
            message = Self.line(error.description)
            if case .badSetting = error { status = Self.usageStatus } else { status = 1 }
        case let error as LociError:
            message = Self.line(error.description)
            status = 1
        case let error as OutputError:
            message = Self.line(error.description)
            status = 1
        default:
            let code = LociCommand.exitCode(for: error)
            switch code {
            case .success:
                output = LociCommand.fullMessage(for: error)
                if !output.hasSuffix("\n") { output += "\n" }
                status = 0
            case .validationFailure:
                var reason = LociCommand.message(for: error)[...]
                while reason.last == "." || reason.last == "\n" { reason.removeLast() }
                let flat = reason.split(whereSeparator: \.isNewline).joined(separator: " ")
                message = Self.line("\(flat); see '\(Self.help(arguments))'")
                status = Self.usageStatus
            default:
                // A bare exit status has said already what it has to say.
                if !(error is ExitCode) { message = Self.line("\(error)") }
                status = code.rawValue
            }
        }
    }

    /// One line, but for what an error shows of a filter or of words below it, where a mark stands under the fault: those lines are
    /// indented.
    static func line(_ text: String) -> String {
        var lines: [String] = []
        for part in text.split(separator: "\n") {
            if lines.isEmpty || part.hasPrefix("  ") {
                lines.append(TextWidth.printable(String(part)))
            } else {
                lines[lines.endIndex - 1] += " " + TextWidth.printable(String(part))
            }
        }
        return "loci: " + lines.joined(separator: "\n") + "\n"
    }

    /// The help that belongs to a command line.
    private static func help(_ arguments: [String]) -> String {
        let verbs = LociCommand.configuration.subcommands.compactMap { $0.configuration.commandName }
        return verbs.first { $0 == arguments.first }.map { "loci \($0) --help" } ?? "loci --help"
    }
}
