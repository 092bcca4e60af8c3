// Loci, Apache License 2.0.

import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Ctrl-C (SIGINT) and SIGTERM, as a flag that long work polls.
///
/// The first signal asks: work that sees ``isRequested`` ends in good order. The second ends the process at once, with the
/// status that a shell gives for the signal (130 for Ctrl-C); LMDB keeps the last commit whole in either case.
enum Interrupt {
    /// The first signal that came, or 0.
    private static let received = Atomic<Int32>(0)

    /// Begins to catch the signals, in place of what they did before. Calling it again changes nothing.
    ///
    /// System calls under way are resumed (SA_RESTART): neither LMDB nor the system's libraries expect every call to
    /// fail with EINTR. So a command that is to end while it waits for input does so by ``waitForInput(_:)``.
    static func install() {
        // Makes sure that the flag exists before a signal handler, which must not initialise it, can run.
        _ = received.load(ordering: .relaxed)
        var action = sigaction()
        // Only a lock-free atomic and `_exit`, both of which POSIX allows in a signal handler.
        let handler: @convention(c) (Int32) -> Void = { signal in
            let (isFirst, _) = Interrupt.received.compareExchange(expected: 0, desired: signal, ordering: .relaxed)
            if !isFirst { _exit(128 + signal) }
        }
        #if canImport(Glibc)
        action.__sigaction_handler.sa_handler = handler
        #elseif canImport(Musl)
        action.__sa_handler.sa_handler = handler
        #else
        action.__sigaction_u.__sa_handler = handler
        #endif
        action.sa_flags = SA_RESTART
        sigemptyset(&action.sa_mask)
        sigaction(SIGINT, &action, nil)
        sigaction(SIGTERM, &action, nil)
        // A parent that starts commands from a thread of Dispatch, where signals are blocked, hands that on.
        var signals = sigset_t()
        sigemptyset(&signals)
        sigaddset(&signals, SIGINT)
        sigaddset(&signals, SIGTERM)
        pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    }

    /// Whether a signal asked the command to end.
    ///
    /// - Complexity: O(1), one relaxed load: cheap enough for inner loops, on any thread.
    static var isRequested: Bool {
        received.load(ordering: .relaxed) != 0
    }

    /// Waits until a read of a descriptor would not wait, or a signal asks the command to end.
    ///
    /// A signal ends the poll, which is not resumed. One that comes just before it, or that another thread takes, is seen
    /// at the next look.
    static func waitForInput(_ descriptor: Int32) {
        let lookInterval: Int32 = 100  // milliseconds
        while !isRequested {
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            let ready = poll(&wanted, 1, lookInterval)
            // What keeps it from waiting keeps from reading too, and the read says so.
            if ready > 0 || ready < 0 && errno != EINTR { return }
        }
    }

    /// The status that an interrupted command ends with: 130 for Ctrl-C, 143 for SIGTERM; nil if none came.
    static var exitStatus: Int32? {
        let signal = received.load(ordering: .relaxed)
        return signal == 0 ? nil : 128 + signal
    }
}
