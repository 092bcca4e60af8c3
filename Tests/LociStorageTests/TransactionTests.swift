// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociStorage

@Suite struct TransactionTests {
    private func open(_ folder: TemporaryFolder, _ options: EnvironmentOptions = .small()) throws -> Environment {
        try Environment.open(at: folder.database, mode: .create, options: options)
    }

    @Test func thrownErrorsChangeNothing() throws {
        let folder = try TemporaryFolder()
        let environment = try open(folder)
        let before = try environment.lastTransactionID
        #expect(throws: TestFailure.self) {
            try environment.write { (transaction) throws in
                try transaction.put([1], for: Key(collection: 1), in: .collections)
                throw TestFailure("given up")
            }
        }
        #expect(try environment.lastTransactionID == before)
        #expect(try environment.read { try $0.value(of: Key(collection: 1), in: .collections) } == nil)
        try environment.write { try $0.put([], for: Key(collection: 1), in: .collections) }
        #expect(try environment.lastTransactionID == before + 1)
        #expect(try environment.read { try $0.value(of: Key(collection: 1), in: .collections) } == [])
    }

    @Test func nestedWriteIsRefused() throws {
        let folder = try TemporaryFolder()
        let environment = try open(folder)
        let error = storageError {
            try environment.write { _ in try environment.write { _ in } }
        }
        #expect(error == .nestedWrite)
        try environment.write { try $0.put([1], for: Key(collection: 1), in: .collections) }
    }

    @Test func readInsideWriteSeesLastCommit() throws {
        let folder = try TemporaryFolder()
        let environment = try open(folder)
        let key = Key(collection: 1)
        try environment.write { (transaction) throws in
            try transaction.put([1], for: key, in: .collections)
            #expect(try transaction.value(of: key, in: .collections) == [1])
            #expect(try environment.read { try $0.value(of: key, in: .collections) } == nil)
        }
        #expect(try environment.read { try $0.value(of: key, in: .collections) } == [1])
    }

    @Test func reservedValuesAndTooLongOnes() throws {
        let folder = try TemporaryFolder()
        let environment = try open(folder)
        let key = Key(collection: 1)
        try environment.write { (transaction) throws in
            try transaction.put(byteCount: 5000, for: key, in: .codes) { bytes in
                for index in bytes.indices { bytes[index] = UInt8(truncatingIfNeeded: index) }
            }
            #expect(
                storageError { try transaction.put(byteCount: 1 << 33, for: key, in: .codes) { _ in } }
                    == .valueLength(bytes: 1 << 33, limit: Int(UInt32.max)))
        }
        let value = try environment.read { try $0.value(of: key, in: .codes) }
        #expect(value == (0..<5000).map { UInt8(truncatingIfNeeded: $0) })
        let sum = try environment.read { (transaction) throws in
            try transaction.withValue(of: key, in: .codes) { bytes in bytes.byteCount }
        }
        #expect(sum == 5000)
    }

    @Test func cursors() throws {
        let folder = try TemporaryFolder()
        let environment = try open(folder)
        try environment.write { (transaction) throws in
            for collection: UInt32 in [1, 2, 3] {
                for chunk: UInt32 in [0, 5, 9] {
                    try transaction.put(
                        [UInt8(collection), UInt8(chunk)], for: Key(collection: collection, chunk: chunk), in: .codes)
                }
            }
        }
        try environment.read { (transaction) throws in
            var found: [[UInt8]] = []
            try transaction.forEach(in: .codes, prefix: Key(collection: 2)) { key, value in
                #expect(key.byteCount == 8)
                found.append(value.copied)
                return true
            }
            #expect(found == [[2, 0], [2, 5], [2, 9]])
            found = []
            try transaction.forEach(in: .codes, prefix: Key(collection: 2)) { _, value in
                found.append(value.copied)
                return found.count < 2
            }
            #expect(found.count == 2)
            try transaction.withCursor(over: .codes) { (cursor) throws in
                #expect(try cursor.withCurrent { _, _ in true } == nil)
                #expect(try cursor.seek(Key(collection: 2, chunk: 6)))
                #expect(try cursor.withCurrent { $1.copied } == [2, 9])
                #expect(try cursor.next())
                #expect(try cursor.withCurrent { $1.copied } == [3, 0])
                #expect(try cursor.previous())
                #expect(try cursor.withCurrent { $1.copied } == [2, 9])
                #expect(try !cursor.seek(Key(collection: 4)))
                #expect(try cursor.first())
                #expect(try cursor.withCurrent { $1.copied } == [1, 0])
            }
            try transaction.withCursor(over: .residuals) { (cursor) throws in
                #expect(try !cursor.first())
                #expect(try !cursor.next())
            }
            #expect(try transaction.count(of: .codes) == 9)
        }
    }

    @Test func cursorFollowsChanges() throws {
        let folder = try TemporaryFolder()
        let environment = try open(folder)
        try environment.write { (transaction) throws in
            try transaction.put([1], for: Key(collection: 1), in: .collections)
            try transaction.withCursor(over: .collections) { (cursor) throws in
                #expect(try cursor.first())
                try transaction.put([UInt8](repeating: 2, count: 3000), for: Key(collection: 1), in: .collections)
                #expect(try cursor.withCurrent { $1.byteCount } == 3000)
            }
        }
    }

    /// Random writes in random transactions, some given up, against a dictionary; the file is closed and opened between.
    @Test func agreesWithDictionary() throws {
        struct Entry: Hashable {
            let table: Table
            let key: Key
        }
        var generator = SeededGenerator()
        let folder = try TemporaryFolder()
        var model: [Entry: [UInt8]] = [:]
        // The entries of `staging` mean something when the file is opened.
        let tables = Table.allCases.filter { $0 != .staging }
        for _ in 0..<TestSettings.iterations(60) {
            let environment = try open(folder)
            var changed = model
            let givesUp = Int.random(in: 0..<4, using: &generator) == 0
            let seed = generator.next()
            do {
                try environment.write { (transaction) throws in
                    // The body may run again: it begins from the same state each time.
                    var random = SeededGenerator(seed: seed)
                    changed = model
                    for _ in 0..<Int.random(in: 0..<40, using: &random) {
                        let entry = Entry(
                            table: tables.randomElement(using: &random) ?? .codes, key: try randomKey(&random))
                        if Bool.random(using: &random) {
                            let length = [0, 10, 1000, 2039, 9000].randomElement(using: &random) ?? 0
                            let value = random.bytes(length)
                            try transaction.put(value, for: entry.key, in: entry.table)
                            changed[entry] = value
                        } else {
                            let isThere = changed.removeValue(forKey: entry) != nil
                            #expect(try transaction.delete(entry.key, in: entry.table) == isThere)
                        }
                    }
                    if givesUp { throw TestFailure("given up") }
                }
                model = changed
            } catch is TestFailure {
                #expect(givesUp)
            }
            try environment.read { (transaction) throws in
                for (entry, value) in model {
                    #expect(try transaction.value(of: entry.key, in: entry.table) == value)
                }
                for table in Table.allCases where table != .settings {
                    #expect(try transaction.count(of: table) == model.keys.filter { $0.table == table }.count)
                }
            }
        }
    }

    // Not of collection 0, whose records mean something when the file is opened.
    private func randomKey(_ random: inout SeededGenerator) throws -> Key {
        let collection = UInt32.random(in: 5...6, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: return Key(collection: collection, chunk: UInt32.random(in: 0..<9, using: &random))
        case 1: return try Key(collection: collection, identifier: [UInt8](repeating: 1, count: 480))
        default: return try Key(collection: collection, identifier: "\(Int.random(in: 0..<9, using: &random))".utf8)
        }
    }
}
