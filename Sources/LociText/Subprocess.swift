// Loci, Apache License 2.0.

import Dispatch
import LociFiles

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Runs another program to its end.
enum Subprocess {
    struct Outcome: Sendable {
        /// What the program ended with; 128 and the number of the signal that ended it.
        let status: Int32
        /// The end of what it wrote as its errors.
        let errors: String
    }

    struct Failure: Error {
        let reason: String
    }

    /// Bytes of the program's errors that are kept.
    private static let keptBytes = 65_536

    /// Runs a program that reads nothing, and whose output is not wanted.
    ///
    /// It waits on a thread of its own, since the threads of tasks must not block.
    ///
    /// - Parameter program: A path, or a name that is looked up in `PATH`.
    static func run(_ program: String, _ arguments: [String]) async throws(Failure) -> Outcome {
        let result: Result<Outcome, Failure> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    returning: Result { () throws(Failure) in try runBlocking(program, arguments) })
            }
        }
        return try result.get()
    }

    private static func runBlocking(_ program: String, _ arguments: [String]) throws(Failure) -> Outcome {
        var ends: [Int32] = [0, 0]
        guard pipe(&ends) == 0 else { throw Failure(reason: systemMessage(errno)) }
        let (reading, writing) = (ends[0], ends[1])
        defer { close(reading) }
        // Programs that are started meanwhile must not hold the pipe open.
        _ = fcntl(reading, F_SETFD, FD_CLOEXEC)
        _ = fcntl(writing, F_SETFD, FD_CLOEXEC)
        let started = Result { () throws(Failure) in try start(program, arguments, errors: writing) }
        close(writing)
        let process = try started.get()
        let errors = readEnd(reading)
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { throw Failure(reason: systemMessage(errno)) }
        }
        // As <sys/wait.h> has it: the low seven bits are the signal, or 0.
        let signal = status & 0x7F
        return Outcome(status: signal == 0 ? status >> 8 & 0xFF : 128 + signal, errors: errors)
    }

    private static func start(
        _ program: String, _ arguments: [String], errors: Int32
    ) throws(Failure) -> pid_t {
        #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?
        #else
        var actions = posix_spawn_file_actions_t()
        #endif
        guard posix_spawn_file_actions_init(&actions) == 0 else { throw Failure(reason: "no memory") }
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        var pointers: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
        defer { for pointer in pointers { free(pointer) } }
        guard !pointers.contains(nil) else { throw Failure(reason: "no memory") }
        pointers.append(nil)
        var process: pid_t = 0
        let code = posix_spawnp(&process, program, &actions, nil, pointers, environ)
        guard code == 0 else { throw Failure(reason: systemMessage(code)) }
        return process
    }

    /// What comes until all writers have closed the pipe, the end of it.
    private static func readEnd(_ descriptor: Int32) -> String {
        var kept: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = read(descriptor, &block, block.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            kept.append(contentsOf: block[..<count])
            if kept.count > 2 * keptBytes { kept.removeFirst(kept.count - keptBytes) }
        }
        return String(decoding: kept.suffix(keptBytes), as: UTF8.self)
    }
}
