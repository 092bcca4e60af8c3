// Loci, Apache License 2.0.

import ArgumentParser
import LociMemory

/// Names of the stages of recalls on the command line.
enum StageNames {
    /// The stages of a text: `default`, or names between commas; `+name` and `-name` add to the default ones and take away.
    /// - Throws: `ValidationError` for a stage that there is not.
    static func parse(_ text: String) throws -> Set<RecallStage> {
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
                throw ValidationError("there is no stage \"\(bare)\"; there are \(all)")
            }
            if name.hasPrefix("-") { stages.remove(stage) } else { stages.insert(stage) }
        }
        guard stages.contains(.dense) || stages.contains(.lexical) else {
            throw ValidationError("the stages \"\(text)\" find nothing: take dense or lexical, or both")
        }
        return stages
    }
}
