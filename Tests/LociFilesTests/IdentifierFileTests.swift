// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociFiles

@Suite struct IdentifierFileTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func read(_ bytes: [UInt8]) throws -> [[UInt8]] {
        try IdentifierFile.read(folder.write("ids.txt", bytes))
    }

    @Test func readsLines() throws {
        let expected = ["a", "b c", "d\r e"].map { Array($0.utf8) }
        for text in ["a\nb c\nd\r e", "a\nb c\nd\r e\n", "a\r\nb c\r\nd\r e\r\n", "a\nb c\r\nd\r e\r"] {
            #expect(try read(Array(text.utf8)) == expected)
        }
        #expect(try read([0, 255, 10, 32]) == [[0, 255], [32]])
        #expect(try read([UInt8](repeating: 7, count: 480)).count == 1)
    }

    @Test func namesTheLineThatIsWrong() throws {
        let path = folder.file("ids.txt")
        for (text, line) in [("\n", 1), ("a\n\nb\n", 2), ("a\r\n\r\n", 2), ("a\nb\n\n", 3)] {
            #expect(failure { try read(Array(text.utf8)) } == .emptyIdentifier(path: path, line: line))
        }
        #expect(
            failure { try read([UInt8](repeating: 7, count: 481)) }
                == .identifierTooLong(path: path, line: 1, length: 481, limit: 480))
        #expect(
            failure { try read(Array("a\nb\nc\r\nb\n".utf8)) }
                == .duplicateIdentifier(path: path, identifier: "b", firstLine: 2, secondLine: 4))
        #expect(failure { try read([]) } == .empty(path: path))
        #expect(failure { try IdentifierFile.read(folder.file("no")) } == .missing(path: folder.file("no")))
    }
}
