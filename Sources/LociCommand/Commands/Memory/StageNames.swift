// Loci, Apache License 2.0.

import ArgumentParser
import LociMemory

/// Names of the stages of recalls on the command line.
enum StageNames {
    /// The stages of a text: `default`, or names between commas; `+name` and `-name` add to the default ones and take away.
    /// - Throws: `ValidationError` for a stage that there is not.
    static func parse(_ text: String) throws -> Set<RecallStage> {
        do {
            return try StageList.parse(text)
        } catch {
            throw ValidationError("\(error)")
        }
    }
}
