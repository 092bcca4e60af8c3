// Loci, Apache License 2.0.

import Foundation
import Testing

@testable import LociCommand

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

@Suite struct OutputConsoleTests {
    /// The two ends of a new pipe.
    private func pipePair() throws -> (read: Int32, write: Int32) {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        return (ends[0], ends[1])
    }

    private func readAll(_ descriptor: Int32) -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count <= 0 { break }
            bytes += buffer[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func writesAll() throws {
        let ends = try pipePair()
        let console = Console(descriptor: ends.write)
        try console.write("检索 ")
        console.note("done\n")
        try console.write("")
        #expect(!console.isTerminal)
        #expect(console.columns == nil)
        close(ends.write)
        #expect(readAll(ends.read) == "检索 done\n")
        close(ends.read)
    }

    /// A text larger than the pipe, into a pipe that does not wait.
    @Test func fullPipeThatDoesNotBlock() async throws {
        let ends = try pipePair()
        try #require(fcntl(ends.write, F_SETFL, O_NONBLOCK) == 0)
        let text = String(repeating: "0123456789abcdef", count: 40_000)
        let read = await withCheckedContinuation { continuation in
            // A thread of its own: tasks have as many as there are processors, and the writer waits on one of them.
            Thread.detachNewThread { continuation.resume(returning: self.readAll(ends.read)) }
            #expect(throws: Never.self) { try Console(descriptor: ends.write).write(text) }
            close(ends.write)
        }
        #expect(read == text)
        close(ends.read)
    }

    @Test func failuresAreTyped() {
        let error = #expect(throws: OutputError.self) { try Console(descriptor: -1).write("x") }
        #expect(error == .cannotWrite(descriptor: -1, code: EBADF))
        Console(descriptor: -1).note("x")
        let message = OutputError.cannotWrite(descriptor: 1, code: ENOSPC).description
        #expect(message.hasPrefix("cannot write to standard output: "))
        #expect(!message.contains("\n"))
    }

    @Test func brokenPipeEndsQuietly() async {
        await #expect(processExitsWith: .exitCode(141)) {
            Console.ignoreBrokenPipeSignal()
            var ends: [Int32] = [0, 0]
            pipe(&ends)
            close(ends[0])
            // A message that nobody reads does not stop the work; a result that nobody reads does.
            Console(descriptor: ends[1]).note("x")
            try Console(descriptor: ends[1]).write("x")
            exit(0)
        }
    }

    // The signals go to the process, as those of a terminal do: the threads of Dispatch block them.

    @Test func firstInterruptAsks() async {
        await #expect(processExitsWith: .exitCode(7)) {
            Interrupt.install()
            Interrupt.install()
            guard !Interrupt.isRequested, Interrupt.exitStatus == nil else { exit(1) }
            kill(getpid(), SIGINT)
            waitForInterrupt()
            guard Interrupt.isRequested, Interrupt.exitStatus == 130 else { exit(2) }
            exit(7)
        }
    }

    @Test func secondInterruptEnds() async {
        await #expect(processExitsWith: .exitCode(130)) {
            Interrupt.install()
            kill(getpid(), SIGINT)
            waitForInterrupt()
            kill(getpid(), SIGINT)
            sleep(20)
            exit(0)
        }
    }

    @Test func terminationAsksToo() async {
        await #expect(processExitsWith: .exitCode(143)) {
            Interrupt.install()
            kill(getpid(), SIGTERM)
            waitForInterrupt()
            exit(Interrupt.exitStatus ?? 0)
        }
    }
}

/// Gives the system time to deliver a signal: it returns as soon as it came, and only a failure takes 20 seconds.
private func waitForInterrupt() {
    for _ in 0..<20_000 where !Interrupt.isRequested { usleep(1000) }
}
