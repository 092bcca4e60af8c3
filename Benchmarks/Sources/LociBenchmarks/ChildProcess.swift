// Loci, Apache License 2.0.

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// This program, started again beside itself.
enum ChildProcess {
    /// Leaves Ctrl-C to the children, which are in the same process group: this process lives to remove its files. A
    /// handler, because what is ignored would be ignored by the children too.
    static func leaveInterruptToChildren() { signal(SIGINT) { _ in } }

    /// Runs this program with other arguments, and waits for its end.
    /// - Parameter arguments: The first is the name for messages.
    /// - Throws: `BenchmarkError.step` unless it ends with status 0.
    static func run(_ arguments: [String]) throws {
        let name = arguments.joined(separator: " ")
        let program = try path()
        let environment = ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
        var process = pid_t()
        let code = withCStrings([program] + arguments) { arguments in
            withCStrings(environment) { posix_spawn(&process, program, nil, nil, arguments, $0) }
        }
        guard code == 0 else { throw BenchmarkError.system(call: "posix_spawn", path: program, code: code) }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { throw BenchmarkError.system(call: "waitpid", path: program, code: errno) }
        }
        guard status == 0 else { throw BenchmarkError.step(name: name, status: status) }
    }

    private static func path() throws -> String {
        #if os(Linux)
        return "/proc/self/exe"
        #else
        var size = UInt32(PATH_MAX)
        var buffer = [CChar](repeating: 0, count: Int(size))
        guard _NSGetExecutablePath(&buffer, &size) == 0 else {
            throw BenchmarkError.system(call: "_NSGetExecutablePath", path: "this program", code: ENAMETOOLONG)
        }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        #endif
    }

    /// Lends strings as C has them, ended by a null pointer.
    private static func withCStrings<Result>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
