// Loci, Apache License 2.0.

import LociAttributes
import TestSupport
import Testing

@testable import LociFiles

@Suite struct JSONLinesTests {
    let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func open(_ text: String) throws -> VectorFile {
        try VectorFile.open(folder.write("a.jsonl", text: text))
    }

    private func names(_ text: String) throws -> [String]? {
        try open(text).identifiers?.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test func readsNumbersAsJSONWritesThem() throws {
        let file = try open(#"{"vector": [1, -2.5, 1e3, 0.1, 1E-2, -0, 1e-60, 3.4028235e38]}"#)
        #expect(try file.row(0) == [1, -2.5, 1000, 0.1, 0.01, 0, 0, .greatestFiniteMagnitude])
        #expect(file.identifiers == nil)
    }

    @Test func namesRowsWithoutAnIdentifierByTheirNumber() throws {
        let text = """
            {"vector": [1]}\r
            {"id": "b", "vector": [2]}

            {"id": -7, "vector": [3]}
              \t
            {"id": 18446744073709551615, "vector": [4], "more": {"deep": [null, true, "x"]}}
            {"vector": [5]}
            """
        #expect(try names(text) == ["0", "b", "-7", "18446744073709551615", "4"])
        #expect(try rows(open(text)) == [[1], [2], [3], [4], [5]])
    }

    @Test func readsIdentifiersThatAreNotUTF8() throws {
        #expect(try open(#"{"id": {"base64": "AP8="}, "vector": [1]}"#).identifiers == [[0, 255]])
        #expect(try names(#"{"id": "\u00e9\n\"", "vector": [1]}"#) == ["\u{e9}\n\""])
    }

    @Test func readsRowsOfSeveralVectors() throws {
        let text = """
            {"id": "a", "vectors": [[1, 2], [3, 4], [5, 6]]}
            {"vector": [7, 8]}
            {"vectors": [[9, 10]], "attributes": {"n": 1}}
            """
        let file = try open(text)
        #expect(file.count == 5 && file.dimension == 2 && file.vectorCounts == [3, 1, 1])
        #expect(try rows(file) == [[1, 2], [3, 4], [5, 6], [7, 8], [9, 10]])
        #expect(try names(text) == ["a", "1", "2"])
        #expect(file.attributes?.map { $0?.json } == [nil, nil, #"{"n": 1}"#])
        #expect(try open(#"{"vectors": [[9, 10]]}"#).vectorCounts == nil)
        #expect(
            failure { try open("{\"vector\": [1]}\n{\"vectors\": [[1], [2, 3]]}") }
                == .dimensionDiffers(path: folder.file("a.jsonl"), row: 1, expected: 1, found: 2))
    }

    @Test func rowsOfSeveralVectorsAreWrittenAsTheyAreRead() throws {
        let rows: [[[Float]]] = [[[1, 0.1], [-2, 3]], [[4, 5]], [[6, 7], [8, 9], [0, 1e-9]]]
        let writer = try VectorFileWriter(path: folder.file("b.jsonl"), dimension: 2)
        for (place, row) in rows.enumerated() { try writer.append(vectors: row, identifier: Array("r\(place)".utf8)) }
        #expect(writer.count == 6)
        #expect(failure { try writer.append(vectors: [[1, 2], [3]]) } != nil)
        #expect(
            failure { try writer.append(vectors: [[1, 2], [3, .nan]]) }
                == .notFinite(path: folder.file("b.jsonl"), row: 7))
        try writer.finish()
        #expect(
            try TestFile.text(folder.file("b.jsonl")).split(separator: "\n").first
                == #"{"id": "r0", "vectors": [[1.0, 0.1], [-2.0, 3.0]]}"#)
        let file = try VectorFile.open(folder.file("b.jsonl"))
        #expect(file.vectorCounts == [2, 1, 3])
        #expect(try LociFilesTests.rows(file) == rows.flatMap(\.self))
        let flat = try VectorFileWriter(path: folder.file("b.fbin"), dimension: 2)
        for row in rows { try flat.append(vectors: row) }
        try flat.finish()
        #expect(try LociFilesTests.rows(VectorFile.open(folder.file("b.fbin"))) == rows.flatMap(\.self))
    }

    @Test(arguments: [
        (#"{"vectors": []}"#, "one vector at least"), (#"{"vectors": [1]}"#, "vectors[0]"),
        (#"{"vectors": [[1], ["x"]]}"#, "vectors[1][0]"), (#"{"vector": [1], "vectors": [[1]]}"#, "either vector or"),
        (#"{"vector": [NaN]}"#, "not valid JSON"), (#"{"vector": ["1"]}"#, "vector[0]"),
        (#"{"vector": [1, null]}"#, "vector[1]"), (#"{"vector": [true]}"#, "vector[0]"),
        (#"{"vector": [1e39]}"#, ""), (#"{"vector": [-1e400]}"#, ""), (#"{"vector": [[1]]}"#, "vector[0]"),
        (#"{"vector": 1}"#, "vector"), (#"{"id": "a"}"#, "\"vector\" is missing"), ("[1, 2]", "Dictionary"),
        (#"{"vector": [1]"#, "not valid JSON"), (#"{"vector": [1]} {}"#, "not valid JSON"), ("x", "not valid JSON"),
        (#"{"id": null, "vector": [1]}"#, ""), (#"{"id": true, "vector": [1]}"#, "id"),
        (#"{"id": 1.5, "vector": [1]}"#, "id"), (#"{"id": {"base64": "?"}, "vector": [1]}"#, "base64"),
        (#"{"id": ["a"], "vector": [1]}"#, "id"), (#"{"id": {}, "vector": [1]}"#, "base64"),
    ])
    func namesTheLineThatIsWrong(_ line: String, _ part: String) throws {
        let error = failure { try open("{\"vector\": [0]}\n\n\(line)\n{\"vector\": [0]}\n") }
        guard case .badJSON(_, 3, let reason) = error else {
            Issue.record("\(line): \(String(describing: error))")
            return
        }
        #expect(reason.contains(part), "\(reason)")
    }

    @Test func refusesDepthWithoutRecursingIntoIt() throws {
        let deep = String(repeating: "[", count: 100_000)
        guard case .badJSON(_, 1, _) = failure({ try open("{\"vector\": [1], \"x\": \(deep)") }) else {
            Issue.record("depth")
            return
        }
    }

    @Test func refusesRowsThatDoNotAgree() throws {
        let path = folder.file("a.jsonl")
        #expect(
            failure { try open("{\"vector\": [1, 2]}\n{\"vector\": [1]}") }
                == .dimensionDiffers(path: path, row: 1, expected: 2, found: 1))
        #expect(
            failure { try open(#"{"vector": []}"#) }
                == .dimensionOutOfRange(path: path, dimension: 0, limit: 65_536))
        let wide = "{\"vector\": [" + String(repeating: "0,", count: 65_536) + "0]}"
        #expect(
            failure { try open(wide) } == .dimensionOutOfRange(path: path, dimension: 65_537, limit: 65_536))
        #expect(failure { try open("\n \n") } == .empty(path: path))
    }

    @Test func refusesIdentifiersThatADatabaseCannotHold() throws {
        let path = folder.file("a.jsonl")
        #expect(
            failure { try open("{\"id\": \"\", \"vector\": [1]}") } == .emptyIdentifier(path: path, line: 1))
        #expect(
            failure { try open("\n{\"id\": \"\(String(repeating: "x", count: 481))\", \"vector\": [1]}") }
                == .identifierTooLong(path: path, line: 2, length: 481, limit: 480))
        // The second row has no name, so its number names it.
        #expect(
            failure { try open("{\"id\": 1, \"vector\": [1]}\n\n{\"vector\": [1]}") }
                == .duplicateIdentifier(path: path, identifier: "1", firstLine: 1, secondLine: 3))
    }
}
