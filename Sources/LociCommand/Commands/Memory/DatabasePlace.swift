// Loci, Apache License 2.0.

import Loci

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Where a database for a measurement is: at a path that is kept, or in a folder that is thrown away.
struct DatabasePlace {
    let path: String
    private let folder: String?

    static func kept(_ path: String) -> DatabasePlace { DatabasePlace(path: path, folder: nil) }

    /// A place in the folder for temporary files.
    /// - Throws: `LociError.system`.
    static func temporary() throws -> DatabasePlace {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/loci-XXXXXX".utf8CString)
        guard template.withUnsafeMutableBufferPointer({ $0.baseAddress.flatMap { mkdtemp($0) } }) != nil else {
            throw LociError.system("cannot make a folder in \(base): \(String(cString: strerror(errno)))")
        }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return DatabasePlace(path: folder + "/bench.loci", folder: folder)
    }

    /// Throws it away, unless it is kept.
    func remove() {
        guard let folder else { return }
        for name in ["bench.loci", "bench.loci-lock"] { unlink(folder + "/" + name) }
        rmdir(folder)
    }
}
