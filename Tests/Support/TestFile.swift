// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Whole-file access by the C library alone, so that it shares no fault with the modules under test.
///
/// Never for a database that is open: closing a file drops the locks that its process holds on it.
package enum TestFile {
    /// All bytes of a file.
    package static func read(_ path: String) throws -> [UInt8] {
        guard let file = fopen(path, "rb") else { throw TestFailure("can not open \(path): errno \(errno)") }
        defer { fclose(file) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = fread(&block, 1, block.count, file)
            bytes.append(contentsOf: block[..<count])
            if count < block.count { break }
        }
        guard ferror(file) == 0 else { throw TestFailure("can not read \(path): errno \(errno)") }
        return bytes
    }

    /// All of a file as text.
    package static func text(_ path: String) throws -> String {
        String(decoding: try read(path), as: UTF8.self)
    }

    /// Makes a file, or replaces what it held.
    package static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = fopen(path, "wb") else { throw TestFailure("can not create \(path): errno \(errno)") }
        let written = fwrite(bytes, 1, bytes.count, file)
        guard fclose(file) == 0, written == bytes.count else {
            throw TestFailure("can not write \(bytes.count) bytes to \(path): errno \(errno)")
        }
    }

    /// Makes a file of text, or replaces what it held.
    package static func write(text: String, to path: String) throws {
        try write(Array(text.utf8), to: path)
    }
}
