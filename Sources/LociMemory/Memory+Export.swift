// Loci, Apache License 2.0.

import Loci
import LociAttributes
import LociFiles

extension Memory {
    /// Where an exported unit says by which model its vector is, and which older units it is linked to.
    private enum Member {
        static let model = "model"
        static let links = "links"
    }

    /// Writes all units with their vectors, history and links to one file of JSON lines, of the form of any collection's export.
    ///
    /// A line is a unit: `{"id": "t1.1", "vector": […], "attributes": {"text": …, "session": …, "model": …}}`. Texts of sessions are not
    /// among them: an import makes them of their turns.
    /// - Parameter path: Ends in `.jsonl`; replaced as a whole, or not at all.
    /// - Returns: How many units were written.
    /// - Throws: `MemoryError.namespaceNotFound`; `VectorFileError`.
    /// - Complexity: O(bytes of the namespace).
    @discardableResult
    public func export(to path: String) throws -> Int {
        try read { reader in
            let file = try VectorFileWriter(path: path, dimension: reader.settings.dimension, format: .jsonl)
            for kind in UnitKind.allCases where kind != .session {
                guard let collection = try reader.collection(kind) else { continue }
                for vectorID in try collection.identifiers() {
                    guard let id = UnitID(kind, vectorID), let vector = try collection.get(vectorID),
                        let attributes = try collection.attributes(of: vectorID),
                        case .object(var members)? = attributes[]
                    else { throw MemoryError.corrupt("a unit of kind \(kind) has no attributes") }
                    members[Member.model] = .string(reader.settings.model)
                    let links = try reader.settings.edges == 0 ? [] : reader.edges(of: id).filter { $0.unit < id }
                    if !links.isEmpty {
                        members[Member.links] = .object(
                            Dictionary(uniqueKeysWithValues: links.map { ("\($0.unit)", .number(Double($0.weight))) }))
                    }
                    try file.append(vector, identifier: Array("\(id)".utf8), attributes: Attributes(members))
                }
            }
            try file.finish()
            return file.count
        }
    }

    /// Reads what ``export(to:)`` wrote into this namespace, which must not be there yet, all in one transaction.
    ///
    /// All units keep their identifiers, times and vectors, whatever the model of this store is; but a recall by another model is refused.
    /// - Returns: How many units were read.
    /// - Throws: `MemoryError.namespaceExists`, `.badLine`; `VectorFileError`: nothing is read then.
    /// - Complexity: That of remembering as many units.
    @discardableResult
    public func importUnits(from path: String) throws -> Int {
        let file = try VectorFile.open(path, format: .jsonl)
        if try exists { throw MemoryError.namespaceExists(name: namespace.description) }
        var model: String?
        let lines = try (0..<file.count).map { row in
            let line = try line(row, of: file)
            if let model, model != line.model {
                throw MemoryError.badLine(
                    line: row + 1, reason: "its model is \(line.model), and that before it \(model)")
            }
            model = line.model
            return line
        }
        try Self.validate(lines)
        return try write(model: (model ?? store.model, file.dimension)) { writer in
            for (row, line) in lines.enumerated() {
                do {
                    guard try writer.unit(line.unit.id) == nil else {
                        throw MemoryError.badLine(line: row + 1, reason: "the unit \(line.unit.id) is there twice")
                    }
                    try writer.restore(line.unit, vector: try file.row(row))
                } catch MemoryError.corrupt(let reason) {
                    throw MemoryError.badLine(line: row + 1, reason: reason)
                }
            }
            for (row, line) in lines.enumerated() {
                for (other, weight) in line.links {
                    guard other != line.unit.id, try writer.unit(other) != nil else {
                        throw MemoryError.badLine(
                            line: row + 1, reason: "its link leads to \(other), which is not in the file")
                    }
                    try writer.link(line.unit.id, other, weight: weight)
                }
            }
            return lines.count
        }
    }

    private struct Line {
        let unit: MemoryUnit
        let model: String
        let links: [(UnitID, Float)]
    }

    private func line(_ row: Int, of file: VectorFile) throws -> Line {
        func fail(_ reason: String) -> MemoryError { .badLine(line: row + 1, reason: reason) }
        guard let name = file.identifiers?[row], let id = UnitID(String(decoding: name, as: UTF8.self)),
            id.kind != .session
        else { throw fail("its id is none of a unit, such as t1.1") }
        guard let attributes = file.attributes?[row], case .object(var members)? = attributes[] else {
            throw fail("it has no attributes")
        }
        guard case .string(let model)? = members.removeValue(forKey: Member.model) else {
            throw fail("it does not say of which model its vector is")
        }
        var links: [(UnitID, Float)] = []
        if let value = members.removeValue(forKey: Member.links) {
            guard case .object(let all) = value else { throw fail("its links are no object") }
            for (other, weight) in all.sorted(by: { $0.key < $1.key }) {
                guard let other = UnitID(other), case .number(let weight) = weight, weight > 0, weight <= 1 else {
                    throw fail("its link to \(other) cannot be read")
                }
                links.append((other, Float(weight)))
            }
        }
        let unit: MemoryUnit
        do {
            unit = try UnitAttributes.unit(id, try Attributes(members))
        } catch {
            throw fail("\(error)")
        }
        do {
            try UnitAdmission.validate(NewUnit(unit), index: row, now: store.clock())
        } catch {
            guard case .badUnit(_, let field, let reason) = error else { throw error }
            throw fail("its \(field): \(reason)")
        }
        return Line(unit: unit, model: model, links: links)
    }

    /// What no memory can have: two units of one key, or units that take each other's place in a circle.
    private static func validate(_ lines: [Line]) throws(MemoryError) {
        var rows: [UnitID: Int] = [:]
        var keys: [[UInt8]: Int] = [:]
        for (row, line) in lines.enumerated() {
            rows[line.unit.id] = row
            guard let key = line.unit.key else { continue }
            if let other = keys.updateValue(row, forKey: Array(key.utf8)) {
                throw .badLine(line: row + 1, reason: "its key \"\(key)\" is that of line \(other + 1)")
            }
        }
        // Of each chain only what no chain before it has come through is followed.
        var chainOf: [UnitID: Int] = [:]
        for (row, line) in lines.enumerated() {
            var next = Optional(line.unit.id)
            while let id = next, let place = rows[id] {
                if let chain = chainOf[id] {
                    guard chain != row else {
                        throw .badLine(line: row + 1, reason: "what it supersedes leads back to \(id)")
                    }
                    break
                }
                chainOf[id] = row
                next = lines[place].unit.supersedes
            }
        }
    }
}
