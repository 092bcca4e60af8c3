// Loci, Apache License 2.0.

import TestSupport

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A pipe with a name, through which a process of an exit test reports numbers: what it said before it was killed can still be read.
final class ReportPipe: Sendable {
    private let descriptor: Int32

    /// Makes the pipe, to read from it.
    init(making path: String) throws {
        guard mkfifo(path, 0o600) == 0 else { throw TestFailure("can not make \(path): errno \(errno)") }
        // Open for writing, too, so that there is always a writer, and what was written stays.
        descriptor = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw TestFailure("can not open \(path): errno \(errno)") }
    }

    /// Opens the pipe that another process made, to write to it.
    init(_ path: String) throws {
        descriptor = open(path, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw TestFailure("can not open \(path): errno \(errno)") }
    }

    deinit { close(descriptor) }

    /// Reports a number, in one call of the system.
    func say(_ number: Int) {
        let line = Array("\(number)\n".utf8)
        _ = write(descriptor, line, line.count)
    }

    /// All numbers that were reported since this was last asked.
    func numbers() -> [Int] {
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &block, block.count)
            if count < 0 && errno == EINTR { continue }
            if count <= 0 { break }
            bytes += block[..<count]
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { Int($0) }
    }
}

/// Kills the process that asks for it, from a thread of its own, as nothing that the process does can foresee.
enum KillAtRandom {
    /// - Parameter steps: Idle steps to take before.
    static func after(steps: Int) {
        let argument = UnsafeMutableRawPointer(bitPattern: steps + 1)
        #if canImport(Darwin)
        var thread: pthread_t?
        #else
        var thread = pthread_t()
        #endif
        pthread_create(
            &thread, nil,
            { steps in
                for _ in 0..<UInt(bitPattern: steps) { _ = getppid() }
                kill(getpid(), SIGKILL)
                return nil
            }, argument)
    }
}
