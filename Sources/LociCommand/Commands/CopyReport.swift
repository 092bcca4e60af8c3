// Loci, Apache License 2.0.

import Loci

/// What a copying of a database says at its end.
struct CopyReport {
    let copy: DatabaseCopy
    let seconds: Double

    /// - Parameter text: what was done, for people.
    func print(_ text: String, json: Bool) throws {
        guard json else {
            return try Console.output.write(
                "\(text) in \(Format.duration(seconds: seconds)): \(Format.bytes(copy.bytes)), commit "
                    + "\(Format.count(copy.commit))\n")
        }
        try Console.output.write(
            JSONValue.object([
                ("bytes", .integer(copy.bytes)), ("commit", .integer(copy.commit)),
                ("seconds", .number(seconds, decimals: 3)),
            ]).line + "\n")
    }
}
