// Loci, Apache License 2.0.

public import Foundation

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension Pipe {
    /// A pipe whose ends no process inherits but the one that is given them.
    ///
    /// Tests start processes side by side. One that is started between the making of a pipe and the closing of its end here
    /// would hold that end open: whoever reads waits for it, too, and for ever where it waits for a test that comes later.
    public static func unshared() -> Pipe {
        let pipe = Pipe()
        for end in [pipe.fileHandleForReading, pipe.fileHandleForWriting] {
            _ = fcntl(end.fileDescriptor, F_SETFD, FD_CLOEXEC)
        }
        return pipe
    }
}
