// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociStorage

@Suite struct FieldRecordTests {
    private let field: FieldRecord = {
        var field = FieldRecord(path: Array("gloss".utf8), kind: 4, number: 0x0304, analysis: [1, 7, 0, 9])
        (field.rows, field.documents, field.words) = (0x0506_0708, 0x0A0B_0C0D, 0x1112_1314_1516_1718)
        return field
    }()

    @Test func layout() throws {
        let bytes = field.encoded(collection: 9)
        #expect(bytes.count == FieldRecord.encodedBytes && FieldRecord.encodedBytes == 28)
        #expect(
            Array(bytes.prefix(24)) == [
                1, 4, 4, 3, 8, 7, 6, 5, 0x0D, 0x0C, 0x0B, 0x0A, 0x18, 0x17, 0x16, 0x15, 0x14, 0x13, 0x12, 0x11, 1, 7, 0,
                9,
            ])
        #expect(try FieldRecord(decoding: bytes.span.bytes, path: field.path, collection: 9) == field)
    }

    /// Of other bytes, another path or another collection, nothing is taken.
    @Test func damageIsSeen() throws {
        let bytes = field.encoded(collection: 9)
        func isRefused(_ bytes: [UInt8], _ path: [UInt8], _ collection: UInt32) -> Bool {
            storageError { _ = try FieldRecord(decoding: bytes.span.bytes, path: path, collection: collection) } != nil
        }
        for place in bytes.indices {
            var damaged = bytes
            damaged[place] ^= 4
            #expect(isRefused(damaged, field.path, 9), "byte \(place)")
        }
        #expect(isRefused(bytes, Array("glass".utf8), 9) && isRefused(bytes, field.path, 8))
        #expect(isRefused([], field.path, 9) && isRefused(bytes + [0], field.path, 9))
        let zero = FieldRecord(path: field.path, kind: 1, number: 0)
        #expect(isRefused(zero.encoded(collection: 9), field.path, 9))
    }

    @Test func fieldsAreListedByPath() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.open(at: folder.database, mode: .create, options: .small())
        let other = FieldRecord(path: Array("at".utf8), kind: 3, number: 1)
        try environment.write { transaction in
            try transaction.put(field, of: 9)
            try transaction.put(other, of: 9)
            try transaction.put(other, of: 10)
        }
        #expect(try environment.read { try $0.fields(of: 9) } == [other, field])
        try environment.write { try $0.deleteField(path: field.path, of: 9) }
        #expect(try environment.read { try $0.fields(of: 9) } == [other])
    }
}
