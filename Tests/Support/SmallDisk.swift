// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// A file system of a test's own that is soon full; gone when the test drops it.
package final class SmallDisk {
    /// Where it is.
    package let path: String

    /// Mounts one in a folder; `nil`, and a word about it, where that is not possible: it takes Linux's tmpfs, and root.
    /// - Parameters:
    ///   - size: As tmpfs takes it, such as `3m`.
    ///   - test: Who is skipped without.
    package init?(in folder: TemporaryFolder, size: String, test: String = #function) {
        path = folder.file("disk")
        #if canImport(Glibc) || canImport(Musl)
        mkdir(path, 0o755)
        if geteuid() == 0, mount("tmpfs", path, "tmpfs", 0, "size=\(size)") == 0 { return }
        #endif
        print("\(test) is skipped: only root can mount a small file system, and only on Linux")
        return nil
    }

    deinit {
        #if canImport(Glibc) || canImport(Musl)
        umount(path)
        #endif
    }
}
