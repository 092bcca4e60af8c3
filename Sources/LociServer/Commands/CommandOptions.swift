// Loci, Apache License 2.0.

import Loci
import LociMemory
import LociProtocol

extension Arguments {
    /// An argument as text.
    /// - Throws: `CommandError` for bytes that are no UTF-8.
    func validText(_ index: Int, _ name: String) throws(CommandError) -> String {
        guard let text = String(validating: self[index], as: UTF8.self) else {
            throw CommandError("ERR \(name) is not UTF-8")
        }
        return text
    }

    /// As much of an argument as an error shows.
    func clipped(_ index: Int) -> String { String(text(index).prefix(64)) }
}

/// The options of a command, which stand behind its other arguments, in whichever order.
struct CommandOptions {
    let arguments: Arguments
    /// The name of the command, for errors.
    let command: String
    private(set) var index: Int

    init(_ arguments: Arguments, from index: Int, of command: String) {
        (self.arguments, self.index, self.command) = (arguments, index, command)
    }

    var isAtEnd: Bool { index >= arguments.count }

    /// The error of an argument that is no option.
    var unknown: CommandError {
        guard !isAtEnd else { return .syntax }
        return CommandError(
            "ERR there is no option '\(arguments.clipped(index))' in \(command); COMMAND DOCS \(command) tells those that there are"
        )
    }

    /// Takes a word that stands alone.
    mutating func flag(_ word: StaticString) -> Bool {
        guard arguments.isWord(index, word) else { return false }
        index += 1
        return true
    }

    /// Takes a word and the argument behind it.
    /// - Returns: The place of that; nil if another option is here.
    /// - Throws: `CommandError` where nothing stands behind the word.
    mutating func value(_ word: StaticString) throws(CommandError) -> Int? {
        guard arguments.isWord(index, word) else { return nil }
        guard index + 1 < arguments.count else {
            throw CommandError("ERR \(word) has no value in \(command)")
        }
        index += 2
        return index - 1
    }

    /// Takes so many arguments.
    /// - Parameter count: At most as many as there are.
    mutating func take(_ count: Int) -> Range<Int> {
        defer { index += count }
        return index..<index + count
    }

    mutating func text(_ word: StaticString) throws(CommandError) -> String? {
        guard let place = try value(word) else { return nil }
        return try arguments.validText(place, "\(word)")
    }

    /// Takes one of some words and the text behind it, in lower case.
    /// - Parameter set: Uses the text, by what the word stands for and the word itself.
    /// - Returns: Whether one of them is here.
    mutating func choice<Part>(
        of words: [(word: StaticString, part: Part)], _ set: (Part, _ text: String, _ word: String) throws -> Void
    ) throws -> Bool {
        for (word, part) in words {
            guard let text = try text(word) else { continue }
            try set(part, text.lowercased(), "\(word)")
            return true
        }
        return false
    }

    mutating func integer(_ word: StaticString, _ range: ClosedRange<Int>) throws(CommandError) -> Int? {
        guard let place = try value(word) else { return nil }
        guard let number = arguments.integer(place), range.contains(number) else {
            throw CommandError(
                "ERR \(word) is '\(arguments.clipped(place))'; it must be from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }

    mutating func number(_ word: StaticString) throws(CommandError) -> Double? {
        guard let place = try value(word) else { return nil }
        guard let number = arguments.double(place) else {
            throw CommandError("ERR \(word) is '\(arguments.clipped(place))'; it must be a number")
        }
        return number
    }

    /// Takes a time, in seconds since the beginning of 1970.
    mutating func time(_ word: StaticString) throws(CommandError) -> Double? {
        guard let place = try value(word) else { return nil }
        return try time(at: place, word)
    }

    /// Takes a time, or nothing in place of it.
    mutating func optionalTime(_ word: StaticString) throws(CommandError) -> Double?? {
        guard let place = try value(word) else { return nil }
        if arguments.with(place, { $0.byteCount == 0 }) { return .some(nil) }
        return try time(at: place, word)
    }

    private func time(at place: Int, _ word: StaticString) throws(CommandError) -> Double {
        guard let seconds = TimeText.seconds(arguments.text(place)) else {
            throw CommandError(
                "ERR \(word) is '\(arguments.clipped(place))'; write 2026-05-01T10:00:00Z, or seconds since 1970")
        }
        return seconds
    }

    /// Takes a JSON object, or nothing in place of it.
    mutating func attributes(_ word: StaticString) throws(CommandError) -> Attributes?? {
        guard let place = try value(word) else { return nil }
        let bytes = arguments[place]
        if bytes.isEmpty { return .some(nil) }
        return try AttributesArgument.parse(bytes)
    }

    /// Takes a vector: `FP32 blob`, or `VALUES n f1 … fn`.
    mutating func vector() throws(CommandError) -> [Float]? {
        guard arguments.isWord(index, "FP32") || arguments.isWord(index, "VALUES") else { return nil }
        let (vector, next) = try VectorArgument.parse(arguments, at: index)
        index = next
        return vector.floats(in: arguments)
    }
}
