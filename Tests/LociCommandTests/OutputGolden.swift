// Loci, Apache License 2.0.

import Testing

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Compares a text with a file in `Golden/`. With LOCI_UPDATE_GOLDEN=1 the file is written anew instead.
func expectGolden(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    var folder = "\(#filePath)"
    while !folder.isEmpty, folder.last != "/" { folder.removeLast() }
    let path = folder + "Golden/" + name
    if getenv("LOCI_UPDATE_GOLDEN").map({ String(cString: $0) }) == "1" {
        let file = try #require(fopen(path, "w"), "cannot write \(path)", sourceLocation: sourceLocation)
        defer { fclose(file) }
        var copy = text
        let written = copy.withUTF8 { fwrite($0.baseAddress, 1, $0.count, file) }
        #expect(written == text.utf8.count, sourceLocation: sourceLocation)
        return
    }
    let file = try #require(
        fopen(path, "r"), "no \(path): run with LOCI_UPDATE_GOLDEN=1", sourceLocation: sourceLocation)
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
        let count = fread(&buffer, 1, buffer.count, file)
        if count == 0 { break }
        bytes += buffer[..<count]
    }
    let golden = String(decoding: bytes, as: UTF8.self)
    let difference = zip(text.split(separator: "\n"), golden.split(separator: "\n")).first { $0 != $1 }
    #expect(
        text == golden,
        "\(name) differs, first at: \(difference.map { "\($0)  instead of  \($1)" } ?? "its length")",
        sourceLocation: sourceLocation)
}
