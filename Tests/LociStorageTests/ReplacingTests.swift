// Loci, Apache License 2.0.

import Synchronization
import TestSupport
import Testing

@testable import LociStorage

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

#if os(Linux) || os(macOS)
/// Who opens a database while its file is replaced.
@Suite(.serialized) struct ReplacingTests {
    /// A closed database with a commit a chunk.
    private static func makeDatabase(at path: String, chunks: UInt32) throws {
        let environment = try Environment.open(at: path, mode: .create, options: .small())
        for chunk in 0..<chunks {
            try environment.write {
                try $0.put([UInt8](repeating: 1, count: 5_000), for: Key(collection: 1, chunk: chunk), in: .codes)
            }
        }
    }

    private static func count(at path: String, _ mode: OpenMode) throws -> Int {
        try Environment.open(at: path, mode: mode, options: .small()).read { try $0.count(of: .codes) }
    }

    @Test func anOpenDatabaseIsInUse() async throws {
        let folder = try TemporaryFolder()
        let path = folder.database
        try ReplacingTests.makeDatabase(at: path, chunks: 1)
        do {
            let environment = try Environment.open(at: path, mode: .readOnly)
            #expect(
                storageError { _ = try ExclusiveUse(path: path, identity: nil) }
                    == .inUse(path: path, process: getpid()))
            // By another name of the file too.
            #expect(
                storageError { _ = try ExclusiveUse(path: path + "2", identity: environment.identity) }
                    == .inUse(path: path + "2", process: getpid()))
            await #expect(processExitsWith: .success) { [path = path as String] in
                #expect(
                    storageError { _ = try ExclusiveUse(path: path, identity: FileIdentity(path: path)) }
                        == .inUse(path: path, process: getppid()))
            }
            // The refusals have not cost the database its lock.
            await #expect(processExitsWith: .success) { [path = path as String] in
                #expect(
                    storageError { _ = try ExclusiveUse(path: path, identity: nil) }
                        == .inUse(path: path, process: getppid()))
            }
        }
        _ = try ExclusiveUse(path: path, identity: FileIdentity(path: path))
        #expect(try ReplacingTests.count(at: path, .readWrite) == 1)
    }

    @Test(arguments: [true, false]) func whoOpensMeanwhileGetsTheNewFile(isWriting: Bool) async throws {
        let folder = try TemporaryFolder()
        let path = folder.database
        let other = folder.file("other.loci")
        // The lock file tells of more commits than the new file has, and of an even number: LMDB would look for the last
        // one in the meta page that a copy leaves empty.
        try ReplacingTests.makeDatabase(at: path, chunks: 13)
        try ReplacingTests.makeDatabase(at: other, chunks: 3)
        let mark = folder.file("mark")
        let use = Mutex<ExclusiveUse?>(try ExclusiveUse(path: path, identity: FileIdentity(path: path)))
        async let replacing: Void = withTaskExecutorPreference(OwnThread()) {
            // A failure must not leave the process waiting.
            defer { use.withLock { $0 = nil } }
            try ReplacingTests.replaceWhileOneWaits(path, by: other, mark: mark)
        }
        await ReplacingTests.expectNewFile(path, mark: mark, isWriting: isWriting)
        try await replacing
        #expect(try ReplacingTests.count(at: path, .readWrite) == (isWriting ? 4 : 3))
        #expect(try ReplacingTests.count(at: other, .readOnly) == 3)
    }

    /// Replaces a file once another process waits for its lock, which sets the mark before. The process waits for this, so this waits
    /// for no thread that others have.
    private static func replaceWhileOneWaits(_ path: String, by other: String, mark: String) throws {
        while !Environment.exists(at: mark) { usleep(1_000) }
        let draft = try DraftFile(for: FileDestination(path: path, replacing: true))
        try Environment.open(at: other, mode: .readOnly, options: .small()).copyPages(to: draft) { _ in }
        try draft.sync()
        try waitForOneThatWaits(at: LockFile.path(ofDatabase: path), whileThereIs: mark)
        try draft.place()
    }

    /// Waits until another process waits for a lock of the file, where the system tells: Linux does. The mark goes when the
    /// process ends.
    private static func waitForOneThatWaits(at path: String, whileThereIs mark: String) throws {
        let inode = try #require(FileIdentity(path: path)).inode
        guard Environment.exists(at: "/proc/locks") else { return }
        // 26: -> POSIX  ADVISORY  WRITE 4711 fe:00:1234 0 0
        func isWaiting(_ line: Substring) -> Bool { line.contains("->") && line.contains(":\(inode) ") }
        while Environment.exists(at: mark) {
            if try TestFile.text("/proc/locks").split(separator: "\n").contains(where: isWaiting) { return }
            usleep(1_000)
        }
    }

    private static func expectNewFile(_ path: String, mark: String, isWriting: Bool) async {
        await #expect(processExitsWith: .success) {
            [path = path as String, mark = mark as String, isWriting = isWriting as Bool] in
            try TestFile.write([], to: mark)
            let environment = try Environment.open(
                at: path, mode: isWriting ? .readWrite : .readOnly, options: .small())
            #expect(try environment.read { try $0.count(of: .codes) } == 3)
            if isWriting {
                try environment.write { try $0.put([1], for: Key(collection: 1, chunk: 3), in: .codes) }
            }
        }
        unlink(mark)
    }

    @Test func aCopyThatIsGivenUpLeavesNothing() throws {
        let folder = try TemporaryFolder()
        let path = folder.database
        try ReplacingTests.makeDatabase(at: path, chunks: 300)
        let names = try folder.names
        let environment = try Environment.open(at: path, mode: .readWrite, options: .small())
        // Before the copying, and in it or at its end.
        for limit in [0, 1] {
            #expect(throws: TestFailure.self) {
                _ = try environment.copy(to: folder.file("copy"), replacing: false) {
                    if $0 >= limit { throw TestFailure("given up at \($0)") }
                }
            }
            #expect(try folder.names == names)
        }
        // What stops LMDB in the middle.
        do {
            let draft = try DraftFile(for: FileDestination(path: folder.file("copy"), replacing: false))
            draft.refuseWrites()
            let error = storageError { try environment.copyPages(to: draft) { _ in } }
            #expect(error == .system(code: EBADF, operation: "copying the database"))
        }
        #expect(try folder.names == names)
        // The database goes on, and no transaction keeps its map from growing.
        try environment.write {
            for chunk: UInt32 in 300..<1_300 {
                try $0.put([UInt8](repeating: 1, count: 5_000), for: Key(collection: 1, chunk: chunk), in: .codes)
            }
        }
        var calls: [Int] = []
        let bytes = try environment.copy(to: folder.file("copy"), replacing: false) { calls.append($0) }
        #expect(calls.first == 0 && calls.last == bytes && calls == calls.sorted())
        #expect(try ReplacingTests.count(at: folder.file("copy"), .readOnly) == 1_300)
    }

    @Test func aLockFileOfAnotherFileIsRefused() async throws {
        let folder = try TemporaryFolder()
        let path = folder.database
        try ReplacingTests.makeDatabase(at: path, chunks: 12)
        try ReplacingTests.makeDatabase(at: folder.file("other.loci"), chunks: 3)
        do {
            let environment = try Environment.open(at: path, mode: .readOnly)
            // What nobody should do: a file is put in the place of one that is open.
            #expect(rename(folder.file("other.loci"), path) == 0)
            await #expect(processExitsWith: .success) { [path = path as String] in
                guard case .busy = storageError({ _ = try Environment.open(at: path, mode: .readWrite) }) else {
                    Issue.record("a database was opened by the lock file of another one")
                    return
                }
            }
            #expect(try environment.read { try $0.count(of: .codes) } == 12)
        }
        #expect(try ReplacingTests.count(at: path, .readWrite) == 3)
    }
}
#endif
