// Loci, Apache License 2.0.

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

/// The lock file is written through a map: where it has no blocks of its own, a full disk ends the process.
@Suite struct LockFileTests {
    @Test func theLockFileHasItsBlocks() throws {
        let folder = try TemporaryFolder()
        let environment = try Environment.open(at: folder.database, mode: .create)
        var status = stat()
        #expect(stat(LockFile.path(ofDatabase: folder.database), &status) == 0)
        #expect(status.st_size >= 64 * environment.options.maximumReaders)
        #expect(Int(status.st_blocks) * 512 >= Int(status.st_size))
        #expect(stat("\(LockFile.path(ofDatabase: folder.database)).\(getpid())", &status) != 0, "the draft is left")
    }

    @Test func anExistingLockFileIsNotTouched() throws {
        let folder = try TemporaryFolder()
        let path = LockFile.path(ofDatabase: folder.database)
        let file = fopen(path, "wb")
        fputs("in use", file)
        fclose(file)
        try LockFile.prepare(database: folder.database, readers: 10)
        var status = stat()
        #expect(stat(path, &status) == 0 && status.st_size == 6)
    }
}
