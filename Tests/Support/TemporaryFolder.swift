// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A folder of a test's own, removed with all it holds when the test drops it.
package final class TemporaryFolder: Sendable {
    /// Where it is, without a slash at the end.
    package let path: String

    /// Makes an empty folder in `TMPDIR`, or in `/tmp` where that is not set.
    package init() throws {
        var base = TestSettings.text("TMPDIR") ?? ""
        while base.last == "/" { base.removeLast() }
        if base.isEmpty { base = "/tmp" }
        var template = Array("\(base)/loci-test-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestFailure("no folder in \(base): errno \(errno)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { remove() }

    /// Removes the folder now: what is static is never dropped.
    package func remove() {
        Self.remove(folder: path)
    }

    /// The path of a file in the folder, whether or not it exists.
    package func file(_ name: String) -> String {
        "\(path)/\(name)"
    }

    /// The path of the database of a test that has one.
    package var database: String {
        file("test.loci")
    }

    /// The names of all it holds, hidden ones too, sorted.
    package var names: [String] {
        get throws {
            guard let names = Self.names(in: path) else { throw TestFailure("can not list \(path): errno \(errno)") }
            return names.sorted()
        }
    }

    /// Writes a file and returns its path.
    package func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let path = file(name)
        try TestFile.write(bytes, to: path)
        return path
    }

    /// Writes a file of text and returns its path.
    package func write(_ name: String, text: String) throws -> String {
        try write(name, Array(text.utf8))
    }

    private static func names(in folder: String) -> [String]? {
        guard let stream = opendir(folder) else { return nil }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    private static func remove(folder: String) {
        // Tests take permissions away.
        chmod(folder, 0o755)
        for name in names(in: folder) ?? [] {
            let path = "\(folder)/\(name)"
            // A link to a folder goes, and not what it leads to.
            var status = stat()
            if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR {
                remove(folder: path)
            } else {
                unlink(path)
            }
        }
        rmdir(folder)
    }
}
