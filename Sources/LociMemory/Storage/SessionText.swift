// Loci, Apache License 2.0.

import Loci
import LociAttributes

/// The text of a session, made of its turns: one unit of kind `session` for each part of up to 32 KiB, whose vector is the mean
/// direction of the part's turns. A long session has several parts, so that a turn that comes costs no more than one part does.
enum SessionText {
    /// The most bytes of a part as JSON has them; a turn that is longer is a part by itself, as far as it fits.
    private static let partBytes = 32_768
    private static let lineBytes = 49_152

    /// Takes up the turns that have come since.
    static func extend(_ number: UInt32, in writer: inout NamespaceWriter, now: Double) throws {
        let session = try writer.session(number)
        try write(number, from: session.textTurns + 1, part: session.textPart, in: &writer, now: now)
    }

    /// Makes all parts anew, of the turns that are left; forgets a session without any unit.
    static func rebuild(_ number: UInt32, in writer: inout NamespaceWriter, now: Double) throws {
        var session = try writer.session(number)
        if let parts = try writer.collection(.session) {
            for part in 0..<session.textPart {
                try parts.remove(UnitID(kind: .session, session: number, ordinal: part + 1).vectorID)
            }
        }
        (session.textTurns, session.textPart, session.counts[.session]) = (0, 0, nil)
        writer.set(session, number: number)
        try write(number, from: 1, part: 0, in: &writer, now: now)
        guard try writer.session(number).textPart == 0 else { return }
        for kind in UnitKind.allCases where kind != .session {
            guard let collection = try writer.collection(kind) else { continue }
            let bounds = bounds(of: number)
            guard try collection.identifiers(from: bounds.lower, to: bounds.upper, limit: 1).isEmpty else { return }
        }
        try writer.removeSession(number)
    }

    /// The identifiers of the units of a session in the collection of a kind.
    static func bounds(of session: UInt32) -> (lower: IdentifierBound, upper: IdentifierBound) {
        func id(_ ordinal: UInt32) -> VectorID { UnitID(kind: .turn, session: session, ordinal: ordinal).vectorID }
        return (.including(id(0)), .including(id(.max)))
    }

    /// A part as it grows.
    private struct Part {
        var lines: [String] = []
        var bytes = 0
        var sum: [Float] = []
        var first: UInt32 = 0
        var last: UInt32 = 0

        mutating func append(_ line: String, bytes: Int, vector: [Float], ordinal: UInt32) {
            lines.append(line)
            self.bytes += bytes
            if sum.isEmpty { (sum, first) = (vector, ordinal) } else { for i in sum.indices { sum[i] += vector[i] } }
            last = ordinal
        }
    }

    private static func write(
        _ number: UInt32, from next: UInt32, part: UInt32, in writer: inout NamespaceWriter, now: Double
    ) throws {
        guard let turns = try writer.collection(.turn) else { return }
        var session = try writer.session(number)
        let count = session.counts[.turn] ?? 0
        var (place, begin) = (part, next)
        // The last part is made anew with what comes.
        if part > 0, let last = try writer.unit(UnitID(kind: .session, session: number, ordinal: part)),
            case .number(let first)? = last.metadata?["first"]
        {
            guard let first = UInt32(exactly: first) else {
                throw MemoryError.corrupt("the text of session \(number) does not say with which turn it begins")
            }
            (place, begin) = (part - 1, first)
        }
        var current = Part()
        func flush() throws {
            guard !current.lines.isEmpty else { return }
            place += 1
            let id = UnitID(kind: .session, session: number, ordinal: place)
            let unit = MemoryUnit(
                id: id, session: session.name, text: current.lines.joined(separator: "\n"), speaker: nil, key: nil,
                time: session.first, written: now, importance: UnitAttributes.standardImportance, isPinned: false,
                expires: nil, provenance: [], version: 1, supersedes: nil, supersededBy: nil, archived: nil,
                metadata: try Attributes([
                    "first": .number(Double(current.first)), "last": .number(Double(current.last)),
                ]))
            // Turns that point in all directions alike have no mean direction: then it is that of the first.
            let vector =
                current.sum.contains { $0 != 0 } ? current.sum : try turns.get(turnID(number, current.first)) ?? []
            try writer.madeCollection(.session).upsert(
                id.vectorID, vector, attributes: UnitAttributes.encoded(unit))
            current = Part()
        }
        if begin <= count {
            for ordinal in begin...count {
                let id = turnID(number, ordinal)
                guard let attributes = try turns.attributes(of: id), let vector = try turns.get(id) else { continue }
                let unit = try UnitAttributes.unit(
                    UnitID(kind: .turn, session: number, ordinal: ordinal), attributes)
                guard unit.archived == nil else { continue }
                let (line, bytes) = clipped(unit.spokenText)
                if current.bytes + bytes > partBytes { try flush() }
                current.append(line, bytes: bytes, vector: vector, ordinal: ordinal)
            }
            try flush()
        }
        (session.textTurns, session.textPart) = (count, place)
        if place > 0 { session.counts[.session] = place }
        writer.set(session, number: number)
    }

    private static func turnID(_ session: UInt32, _ ordinal: UInt32) -> VectorID {
        UnitID(kind: .turn, session: session, ordinal: ordinal).vectorID
    }

    /// As much of a text as fits, and its bytes as JSON has them.
    private static func clipped(_ text: String) -> (line: String, bytes: Int) {
        var bytes = 0
        var end = text.unicodeScalars.startIndex
        for index in text.unicodeScalars.indices {
            let scalar = text.unicodeScalars[index]
            let size = scalar.value < 32 ? 6 : scalar == "\"" || scalar == "\\" ? 2 : UTF8.width(scalar)
            guard bytes + size <= lineBytes else { return (String(text.unicodeScalars[..<end]), bytes) }
            bytes += size
            end = text.unicodeScalars.index(after: index)
        }
        // A line takes two bytes more: "\n".
        return (text, bytes + 2)
    }
}
