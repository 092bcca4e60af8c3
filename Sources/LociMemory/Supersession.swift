// Loci, Apache License 2.0.

/// A unit takes the place of an older one, which is kept as history and recalled only *as of* a time before.
enum Supersession {
    /// - Throws: `MemoryError.unitNotFound`, `.alreadySuperseded`, `.supersedesItself`.
    static func run(_ old: UnitID, by new: UnitID, in writer: inout NamespaceWriter, now: Double) throws {
        guard old != new else { throw MemoryError.supersedesItself(new) }
        guard let unit = try writer.unit(old) else { throw MemoryError.unitNotFound(old) }
        if let other = unit.supersededBy { throw MemoryError.alreadySuperseded(old, by: other) }
        // A chain that leads from the old one back to the new one would have no end.
        var seen: Set<UnitID> = [new]
        var before: UnitID? = old
        while let id = before {
            guard seen.insert(id).inserted else { throw MemoryError.supersedesItself(new) }
            before = try writer.unit(id)?.supersedes
        }
        var changed = unit
        changed.supersededBy = new
        changed.archived = unit.archived ?? now
        try writer.put(changed, replacing: unit)
    }
}
