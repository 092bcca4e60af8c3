// Loci, Apache License 2.0.

extension EntryTable {
    /// Tells what does not hold of a table: numbers that are finite, steps and scales from 0 up, slots below the count.
    /// - Parameters:
    ///   - count: Of the collection's slots. An entry whose slot holds no vector any more is sound: walks pass it over.
    ///   - onFault: Takes a sentence for each fault.
    /// - Complexity: O(entries + directions).
    func forEachFault(count: Int, onFault: (String) -> Void) {
        let arrays = [
            ("offset", 0, false), ("low", layout.lowsOffset, false), ("step", layout.stepsOffset, true),
            ("scale", layout.scalesOffset, true),
        ]
        for (name, offset, isMagnitude) in arrays {
            for direction in 0..<layout.directions {
                let value = float(at: offset, direction)
                if !value.isFinite {
                    onFault("the \(name) of direction \(direction) is not finite")
                } else if isMagnitude, value < 0 {
                    onFault("the \(name) of direction \(direction) is below 0")
                }
            }
        }
        for entry in 0..<layout.entries {
            let (group, lane) = entry.quotientAndRemainder(dividingBy: EntryTableLayout.entriesPerGroup)
            if !float(at: layout.groupsOffset + group * layout.groupBytes, lane).isFinite {
                onFault("the bias of entry \(entry) is not finite")
            }
            if slot(entry) >= count { onFault("entry \(entry) names slot \(slot(entry)), which is not below \(count)") }
        }
    }
}
