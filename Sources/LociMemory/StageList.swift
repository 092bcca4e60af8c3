// Loci, Apache License 2.0.

/// The stages of a recall as a text.
package enum StageList {
    /// The stages of a text: `default`, or names between commas; `+name` and `-name` add to the default ones and take away.
    /// - Throws: `MemoryError.parameter` for a stage that there is not, and for stages that find nothing.
    package static func parse(_ text: String) throws(MemoryError) -> Set<RecallStage> {
        let names = text.split(separator: ",").map { $0.drop { $0 == " " } }
        let isChange = names.allSatisfy { $0.hasPrefix("+") || $0.hasPrefix("-") }
        var stages: Set<RecallStage> = isChange ? RecallOptions.standardStages : []
        for name in names {
            if name == "default" {
                stages.formUnion(RecallOptions.standardStages)
                continue
            }
            let bare = name.hasPrefix("+") || name.hasPrefix("-") ? String(name.dropFirst()) : String(name)
            guard let stage = RecallStage(rawValue: bare) else {
                let all = RecallStage.allCases.map(\.rawValue).joined(separator: ", ")
                throw .parameter(name: "a stage", value: String(bare.prefix(64)), allowed: "one of \(all)")
            }
            if name.hasPrefix("-") { stages.remove(stage) } else { stages.insert(stage) }
        }
        guard stages.contains(.dense) || stages.contains(.lexical) else {
            throw .parameter(
                name: "the row of stages", value: String(text.prefix(64)), allowed: "with dense or lexical, or both")
        }
        return stages
    }
}
