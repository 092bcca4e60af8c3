// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Why a result could not be written.
enum OutputError: Error, Equatable, CustomStringConvertible {
    /// The system refused a write to this file descriptor, with this `errno`.
    case cannotWrite(descriptor: Int32, code: Int32)

    var description: String {
        switch self {
        case .cannotWrite(let descriptor, let code):
            let name = descriptor == 1 ? "standard output" : descriptor == 2 ? "standard error" : "file \(descriptor)"
            return "cannot write to \(name): \(String(cString: strerror(code))) (error \(code)); "
                + "part of the output is lost: give it a place with free space and run the command again"
        }
    }
}

/// Standard output or standard error, written to without buffers of its own.
///
/// A `Console` is only a file descriptor: it may be used from any thread. A text is written whole before the call
/// returns, but the kernel may put texts of other threads between the parts of a long one.
struct Console: Sendable {
    /// Results: what the command was asked for.
    static let output = Console(descriptor: STDOUT_FILENO)
    /// Messages and progress.
    static let error = Console(descriptor: STDERR_FILENO)

    /// The status of a process whose reader went away: what a shell reports of one that died of SIGPIPE.
    ///
    /// It is not 0, as the command may not have done all its work.
    static let brokenPipeStatus: Int32 = 128 + SIGPIPE

    let descriptor: Int32

    /// Makes writing into a closed pipe or socket an error of that write instead of the death of the process.
    ///
    /// To be called once, before the first output.
    static func ignoreBrokenPipeSignal() {
        signal(SIGPIPE, SIG_IGN)
    }

    /// Writes a result.
    ///
    /// When nobody reads any more (`loci query … | head`), the process ends here, without a message and with
    /// ``brokenPipeStatus``; the database is safe at any such moment.
    ///
    /// - Throws: ``OutputError/cannotWrite(descriptor:code:)``, for example on a full disk.
    func write(_ text: String) throws(OutputError) {
        let code = writeAll(text)
        // Not `exit`: its handlers would run under the feet of threads that are still at work.
        if code == EPIPE { _exit(Console.brokenPipeStatus) }
        if code != 0 { throw .cannotWrite(descriptor: descriptor, code: code) }
    }

    /// Writes a message or progress, which must never stop the work: failures are ignored.
    func note(_ text: String) {
        _ = writeAll(text)
    }

    /// Whether a person may be looking: the descriptor is a terminal.
    var isTerminal: Bool {
        isatty(descriptor) == 1
    }

    /// The columns of the terminal, or nil if it is none or does not say.
    var columns: Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Writes all bytes, and gives 0 or the `errno` that stopped it.
    private func writeAll(_ text: String) -> Int32 {
        var text = text
        return text.withUTF8 { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let part = UnsafeBufferPointer(rebasing: rest)
                #if canImport(Glibc)
                let count = Glibc.write(descriptor, part.baseAddress, part.count)
                #elseif canImport(Musl)
                let count = Musl.write(descriptor, part.baseAddress, part.count)
                #else
                let count = Darwin.write(descriptor, part.baseAddress, part.count)
                #endif
                if count > 0 {
                    rest = rest.dropFirst(count)
                } else if count == 0 {
                    // POSIX leaves open what it means; trying again could go on for ever.
                    return EIO
                } else if errno == EAGAIN {
                    // Another program that has the same terminal or pipe open made it non-blocking.
                    var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&wanted, 1, -1)
                } else if errno != EINTR {
                    return errno
                }
            }
            return 0
        }
    }
}
