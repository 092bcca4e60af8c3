// Loci, Apache License 2.0.

import TestSupport
import Testing

/// Compares a text with a file in `Golden/`. With LOCI_UPDATE_GOLDEN=1 the file is written anew instead.
func expectGolden(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    var folder = "\(#filePath)"
    while !folder.isEmpty, folder.last != "/" { folder.removeLast() }
    let path = folder + "Golden/" + name
    if TestSettings.text("LOCI_UPDATE_GOLDEN") == "1" {
        try TestFile.write(text: text, to: path)
        return
    }
    let golden = try #require(
        try? TestFile.text(path), "no \(path): run with LOCI_UPDATE_GOLDEN=1", sourceLocation: sourceLocation)
    let difference = zip(text.split(separator: "\n"), golden.split(separator: "\n")).first { $0 != $1 }
    #expect(
        text == golden,
        "\(name) differs, first at: \(difference.map { "\($0)  instead of  \($1)" } ?? "its length")",
        sourceLocation: sourceLocation)
}
