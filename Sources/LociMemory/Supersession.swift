// Loci, Apache License 2.0.

/// A unit takes the place of an older one, which is kept as history and recalled only *as of* a time before.
enum Supersession {
    /// - Parameter unit: Finds units.
    /// - Returns: The older unit as it will be.
    /// - Throws: `MemoryError.unitNotFound`, `.alreadySuperseded`, `.supersedesItself`.
    static func superseded(
        _ old: UnitID, by new: UnitID, now: Double, _ unit: (UnitID) throws -> MemoryUnit?
    ) throws -> MemoryUnit {
        guard old != new else { throw MemoryError.supersedesItself(new) }
        guard var changed = try unit(old) else { throw MemoryError.unitNotFound(old) }
        if let other = changed.supersededBy { throw MemoryError.alreadySuperseded(old, by: other) }
        // A chain that leads from the old one back to the new one would have no end.
        var seen: Set<UnitID> = [new]
        var before: UnitID? = old
        while let id = before {
            guard seen.insert(id).inserted else { throw MemoryError.supersedesItself(new) }
            before = try unit(id)?.supersedes
        }
        changed.supersededBy = new
        changed.archived = changed.archived ?? now
        return changed
    }
}
