// Loci, Apache License 2.0.

import Testing

@testable import LociFiles

@Suite struct VectorFileErrorTests {
    static let path = "/data/a\nb.npy"

    static let all: [VectorFileError] = [
        .missing(path: path), .isDirectory(path: path), .notRegularFile(path: path),
        .cannotRead(path: path, reason: "r\r\n"), .empty(path: path), .truncated(path: path, expected: 2, found: 1),
        .trailingBytes(path: path, expected: 1, found: 2), .badHeader(path: path, reason: "r\u{2028}"),
        .sizeOverflow(path: path), .dimensionDiffers(path: path, row: 1, expected: 2, found: 3),
        .dimensionOutOfRange(path: path, dimension: 0, limit: 65_536), .unknownExtension(path: path),
        .unsupportedType(path: path, type: "<f8\n", remedy: "r"),
        .unsupportedLayout(path: path, layout: "l", remedy: "r"), .badGzip(path: path, reason: "r"),
        .inflatesPastHeader(path: path, expected: 1), .badJSON(path: path, line: 1, reason: "a\nb"),
        .rowOutOfRange(path: path, row: 3, count: 3), .bufferTooSmall(path: path, needed: 2, given: 1),
        .integerOutOfRange(path: path, row: 1, column: 2, value: "99999999999"),
        .emptyIdentifier(path: path, line: 1), .identifierTooLong(path: path, line: 1, length: 481, limit: 480),
        .duplicateIdentifier(path: path, identifier: "\n", firstLine: 1, secondLine: 2),
        .cannotWrite(path: path, reason: "r"), .notWritable(path: path, format: .bvecs, writable: [.fvecs, .fbin]),
        .identifiersNotHeld(path: path, format: .fbin), .notFinite(path: path, row: 1), .writerClosed(path: path),
    ]

    @Test(arguments: all)
    func eachMessageIsOneLineThatNamesTheFileAndTheRemedy(_ error: VectorFileError) {
        let message = error.description
        #expect(!message.contains { $0.isNewline })
        #expect(message.hasPrefix("/data/a\\nb.npy: ") || message.hasPrefix("/data/a\\u{0A}b.npy: "), "\(message)")
        #expect(message.contains(";"), "\(message)")
    }

    @Test func someMessagesInFull() {
        #expect(
            VectorFileError.notWritable(path: "x.bvecs", format: .bvecs, writable: [.fvecs, .fbin]).description
                == "x.bvecs: the format bvecs is not written here; use one of .fvecs .fbin")
        #expect(
            VectorFileError.dimensionDiffers(path: "x", row: 1, expected: 2, found: 3).description
                == "x: row 1 has dimension 3, the rows before it 2; give every row the same dimension")
        #expect(
            VectorFileError.badSetting(name: "count", value: 0, allowed: "above 0").description
                == "count is 0; it must be above 0")
        #expect(
            VectorFileError.shapeMismatch(count: 1, columns: 2, values: 3).description
                == "3 values are not 1 rows of 2 columns; give one value for each place")
    }

    @Test func longTextIsCut() {
        let message = VectorFileError.badJSON(path: "x", line: 1, reason: String(repeating: "y", count: 1 << 20))
        #expect(message.description.utf8.count < 5_000)
    }

    /// Every extension that is read is named when one is not known.
    @Test func theUnknownExtensionNamesTheKnown() {
        let message = VectorFileError.unknownExtension(path: "x").description
        for format in VectorFileFormat.allCases where format != .idxGzip {
            #expect(message.contains(".\(format.rawValue)"))
        }
        #expect(message.contains(".gz"))
    }
}
