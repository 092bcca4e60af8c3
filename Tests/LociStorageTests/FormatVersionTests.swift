// Loci, Apache License 2.0.

import CLMDB
import TestSupport
import Testing

@testable import LociStorage

/// Databases of format version 3, which had no attributes, of version 4, which had no indexes, and of 5, which had no records.
@Suite(.serialized) struct FormatVersionTests {
    private static let record = Key(collection: 1)

    /// The tables that versions lack.
    private static let lacking: [(version: UInt32, tables: [String])] = [
        (3, ["attributes", "fields", "postings", "records"]), (4, ["fields", "postings", "records"]), (5, ["records"]),
    ]

    /// An older database with one record: made as one of today and stripped by LMDB alone.
    private func makeOlder(_ folder: TemporaryFolder, _ older: (version: UInt32, tables: [String])) throws {
        do {
            let environment = try Environment.open(at: folder.database, mode: .create, options: .small())
            try environment.write { (transaction) throws in
                var settings = try transaction.settings()
                settings.version = older.version
                try transaction.put(settings.encoded, for: DatabaseSettings.key, in: .settings)
                try transaction.put([1, 2, 3], for: Self.record, in: .collections)
            }
        }
        try LMDBFile.drop(older.tables, from: folder.database)
    }

    @Test func tablesOfTodayAreNotMissing() throws {
        for names in [["fields"], ["postings"], ["records"], ["attributes", "fields", "postings"]] {
            let folder = try TemporaryFolder()
            _ = try Environment.open(at: folder.database, mode: .create, options: .small())
            try LMDBFile.drop(names, from: folder.database)
            for mode in [OpenMode.readOnly, .readWrite] {
                let error = storageError {
                    _ = try Environment.open(at: folder.database, mode: mode, options: .small())
                }
                guard case .corrupted(let what, _)? = error else {
                    Issue.record("\(names): \(String(describing: error))")
                    continue
                }
                #expect(what == "table \(names[0]) is missing")
            }
        }
    }

    private func version(of environment: Environment) throws -> UInt32 {
        try environment.read { try $0.settings().version }
    }

    /// The tables of a version are not missing in it.
    @Test func tablesOfTheirVersionAreNotMissing() throws {
        let folder = try TemporaryFolder()
        try makeOlder(folder, (4, ["attributes", "fields", "postings", "records"]))
        for mode in [OpenMode.readOnly, .readWrite] {
            let error = storageError { _ = try Environment.open(at: folder.database, mode: mode, options: .small()) }
            #expect(error == .corrupted(what: "table attributes is missing", location: "'\(folder.database)'"))
        }
    }

    @Test func attributesOfVersion4AreRead() throws {
        let folder = try TemporaryFolder()
        do {
            let environment = try Environment.open(at: folder.database, mode: .create, options: .small())
            try environment.write { (transaction) throws in
                var settings = try transaction.settings()
                settings.version = 4
                try transaction.put(settings.encoded, for: DatabaseSettings.key, in: .settings)
                try transaction.setAttributes([7, 8], of: 5, in: 1)
            }
        }
        try LMDBFile.drop(["fields", "postings", "records"], from: folder.database)
        do {
            let environment = try Environment.open(at: folder.database, mode: .readOnly, options: .small())
            try environment.read { (transaction) throws in
                #expect(try transaction.attributes(of: 5, in: 1) == [7, 8])
                #expect(try transaction.fields(of: 1) == [])
                #expect(try transaction.count(of: .postings) == 0)
            }
        }
        let environment = try Environment.open(at: folder.database, mode: .readWrite, options: .small())
        #expect(try environment.read { try $0.attributes(of: 5, in: 1) } == [7, 8])
        #expect(try version(of: environment) == DatabaseSettings.currentVersion)
    }

    @Test(arguments: [0, 1, 2]) func isReadAsItIs(place: Int) throws {
        let folder = try TemporaryFolder()
        let older = Self.lacking[place]
        try makeOlder(folder, older)
        let before = try TestFile.read(folder.database)
        do {
            let environment = try Environment.open(at: folder.database, mode: .readOnly, options: .small())
            #expect(try version(of: environment) == older.version)
            try environment.read { (transaction) throws in
                #expect(try transaction.value(of: Self.record, in: .collections) == [1, 2, 3])
                #expect(try transaction.attributes(of: 0, in: 1) == nil)
                #expect(try transaction.count(of: .attributes) == 0)
                #expect(try transaction.attributesCount(in: 1) == 0)
                #expect(try transaction.fields(of: 1) == [] && transaction.count(of: .postings) == 0)
                #expect(try transaction.count(of: .records) == 0)
                try transaction.forEachRecord(prefix: Self.record, from: Self.record) { _, _ in
                    throw TestFailure("a record")
                }
                #expect(try transaction.fileBytes(of: 1, in: .attributes) == 0)
                #expect(try transaction.collectionNumbers(in: .attributes) == [])
                #expect(try transaction.slotsWithOtherAttributes(of: 1, in: transaction) == [])
                try transaction.withCursor(over: .attributes) { (cursor) throws in
                    #expect(try cursor.first() == false)
                    #expect(try cursor.next() == false)
                    #expect(try cursor.previous() == false)
                    #expect(try cursor.withCurrent { _, _ in } == nil)
                }
            }
        }
        #expect(try TestFile.read(folder.database) == before)
    }

    @Test(arguments: [OpenMode.readWrite, .create], [0, 1, 2])
    func becomesThatOfToday(mode: OpenMode, place: Int) throws {
        let folder = try TemporaryFolder()
        try makeOlder(folder, Self.lacking[place])
        do {
            let environment = try Environment.open(at: folder.database, mode: mode, options: .small())
            #expect(try version(of: environment) == DatabaseSettings.currentVersion)
            #expect(try environment.read { try $0.value(of: Self.record, in: .collections) } == [1, 2, 3])
            try environment.write { try $0.setAttributes([7, 8], of: 5, in: 1) }
            #expect(try environment.read { try $0.attributes(of: 5, in: 1) } == [7, 8])
        }
        let environment = try Environment.open(at: folder.database, mode: .readOnly, options: .small())
        #expect(try environment.read { try $0.attributes(of: 5, in: 1) } == [7, 8])
        #expect(try version(of: environment) == DatabaseSettings.currentVersion)
    }

    #if os(Linux) || os(macOS)
    /// Who has it open for reading sees the table as soon as another process made it, and views of before do not.
    @Test func becomesThatOfTodayWhileItIsRead() async throws {
        let folder = try TemporaryFolder()
        try makeOlder(folder, Self.lacking[0])
        let path = folder.database
        let environment = try Environment.open(at: path, mode: .readOnly, options: .small())
        let before = try environment.snapshot()
        // One more, to be kept for the next reader.
        #expect(try environment.read { try $0.attributes(of: 5, in: 1) } == nil)
        await #expect(processExitsWith: .success) { [path = path as String] in
            let environment = try Environment.open(at: path, mode: .readWrite, options: .small())
            try environment.write { try $0.setAttributes([7, 8], of: 5, in: 1) }
        }
        #expect(try before.withTransaction { try $0.attributes(of: 5, in: 1) } == nil)
        #expect(try environment.read { try $0.attributes(of: 5, in: 1) } == [7, 8])
        #expect(try before.withTransaction { try $0.attributes(of: 5, in: 1) } == nil)
        #expect(try before.withTransaction { try $0.attributesCount(in: 1) } == 0)
        try environment.read { (later) throws in
            #expect(try before.withTransaction { try $0.slotsWithOtherAttributes(of: 1, in: later) } == [5])
        }
        #expect(try version(of: environment) == DatabaseSettings.currentVersion)
    }
    #endif
}
