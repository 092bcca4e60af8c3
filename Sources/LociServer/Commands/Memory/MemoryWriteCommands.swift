// Loci, Apache License 2.0.

import LociMemory
import LociProtocol

/// `MEM.REMEMBER` and `MEM.MREMEMBER`: units into a memory.
enum MemoryWriteCommands {
    static let all = [
        Command.memory(
            "MEM.REMEMBER", arity: -4,
            "namespace session text [SPEAKER name] [TIME time] [KEY key] [KIND kind] [IMPORTANCE share] [PIN] [EXPIRES time] "
                + "[SUPERSEDES id] [FROM n id …] [META json] [SIMILARITY cosine] [FP32 blob | VALUES n f1 … fn]",
            "Remembers a text, and returns its identifier.", .prepared(.write, remember)),
        Command.memory(
            "MEM.MREMEMBER", arity: -3, "namespace line [line …]",
            "Remembers many units, all or none: a line is a JSON object, as `loci remember --from` reads them.",
            .prepared(.write, rememberMany)),
    ]

    private static func remember(_ arguments: Arguments, _ memories: any MemorySource) throws -> PreparedRequest {
        let namespace = try arguments.namespace()
        var unit = NewUnit(
            session: try arguments.validText(2, "the session"), text: try arguments.validText(3, "the text"))
        var similarity: Float?
        var options = CommandOptions(arguments, from: 4, of: "MEM.REMEMBER")
        while !options.isAtEnd {
            if try !take(&unit, &options) {
                guard let cosine = try options.number("SIMILARITY") else { throw options.unknown }
                guard (-1...1).contains(cosine) else {
                    throw CommandError("ERR SIMILARITY is \(cosine); it must be a cosine, from -1 to 1")
                }
                similarity = Float(cosine)
            }
        }
        let memory = try memories.memory(namespace, embeds: true)
        let batch = try memory.prepare([unit], similarity: similarity)
        return .change(memory, texts: batch.texts) { vectors, changes, encoder in
            for remembered in try memory.remember(batch, vectors: vectors, in: changes) {
                encoder.write(ReplyValue(remembered))
            }
        }
    }

    /// Takes an option that is a field of a unit.
    /// - Returns: Whether there is one here.
    private static func take(_ unit: inout NewUnit, _ options: inout CommandOptions) throws(CommandError) -> Bool {
        if let speaker = try options.text("SPEAKER") {
            unit.speaker = speaker
        } else if let time = try options.time("TIME") {
            unit.time = time
        } else if let key = try options.text("KEY") {
            unit.key = key
        } else if let kind = try options.kind("KIND") {
            unit.kind = kind
        } else if let importance = try options.number("IMPORTANCE") {
            unit.importance = importance
        } else if options.flag("PIN") {
            unit.isPinned = true
        } else if let expires = try options.time("EXPIRES") {
            unit.expires = expires
        } else if let old = try options.unit("SUPERSEDES") {
            unit.supersedes = old
        } else if let origins = try options.units("FROM") {
            unit.provenance = origins
        } else if let metadata = try options.attributes("META") {
            unit.metadata = metadata
        } else if let vector = try options.vector() {
            unit.vector = vector
        } else {
            return false
        }
        return true
    }

    private static func rememberMany(_ arguments: Arguments, _ memories: any MemorySource) throws -> PreparedRequest {
        let namespace = try arguments.namespace()
        let lines = try Lines(arguments, from: 2)
        let memory = try memories.memory(namespace, embeds: true)
        let batch = try lines.locating { try memory.prepare(lines.units) }
        return .change(memory, texts: batch.texts) { vectors, changes, encoder in
            let remembered = try lines.locating { try memory.remember(batch, vectors: vectors, in: changes) }
            encoder.array(remembered.count)
            for unit in remembered { encoder.write(ReplyValue(unit)) }
        }
    }

    /// Units as lines of JSON; an argument may have several.
    private struct Lines: Sendable {
        private(set) var units: [NewUnit] = []
        /// The line of each unit, counted over all arguments, from 1.
        private var numbers: [Int] = []

        /// - Throws: `MemoryError.badLine`.
        init(_ arguments: Arguments, from start: Int) throws {
            var line = 0
            for index in start..<arguments.count {
                for text in arguments[index].split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
                    line += 1
                    guard text.contains(where: { $0 != 0x20 && $0 != 0x09 && $0 != 0x0D }) else { continue }
                    guard units.count < Memory.maximumUnitsPerCall else {
                        throw CommandError(
                            "ERR line \(line): at most \(Memory.maximumUnitsPerCall) units are remembered at once; give them in "
                                + "several calls")
                    }
                    units.append(try UnitLine.unit(Array(text).span.bytes, line: line))
                    numbers.append(line)
                }
            }
        }

        /// Runs `body`, and tells by its line which unit was wrong.
        func locating<Result>(_ body: () throws -> Result) throws -> Result {
            do {
                return try body()
            } catch MemoryError.badUnit(let index, let field, let reason) where numbers.indices.contains(index) {
                throw MemoryError.badLine(
                    line: numbers[index], reason: "its \(field) cannot be used: \(reason)")
            } catch MemoryError.badVector(let index, let reason) where numbers.indices.contains(index) {
                throw MemoryError.badLine(line: numbers[index], reason: "its vector cannot be used: \(reason)")
            }
        }
    }
}
