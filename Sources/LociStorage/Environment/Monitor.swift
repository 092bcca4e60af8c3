// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A mutex with one condition, which `Synchronization` does not offer.
///
/// The state that it guards belongs to the class that owns it: a wait lets other threads change that state, so it must
/// not be held as an `inout` across one.
final class Monitor: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>

    init() {
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        #if canImport(Darwin)
        pthread_cond_init(condition, nil)
        #else
        // A wait must not be cut short or prolonged by a change of the wall clock.
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(condition, &attributes)
        pthread_condattr_destroy(&attributes)
        #endif
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func lock() {
        pthread_mutex_lock(mutex)
    }

    func unlock() {
        pthread_mutex_unlock(mutex)
    }

    /// Waits for a call of ``wakeAll()``; the caller holds the lock and tests its own condition again.
    func wait() {
        pthread_cond_wait(condition, mutex)
    }

    /// Waits as ``wait()`` does, for at most `duration`.
    func wait(atMost duration: Duration) {
        let (seconds, attoseconds) = duration.components
        guard seconds >= 0, attoseconds >= 0 else { return }
        let nanoseconds = Int(attoseconds / 1_000_000_000)
        #if canImport(Darwin)
        var time = timespec(tv_sec: Int(clamping: seconds), tv_nsec: nanoseconds)
        pthread_cond_timedwait_relative_np(condition, mutex, &time)
        #else
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let sum = time.tv_nsec + nanoseconds
        // A wait of more than a hundred years would overflow the clock.
        time.tv_sec += Int(min(seconds, 3_000_000_000)) + sum / 1_000_000_000
        time.tv_nsec = sum % 1_000_000_000
        pthread_cond_timedwait(condition, mutex, &time)
        #endif
    }

    func wakeAll() {
        pthread_cond_broadcast(condition)
    }
}

/// The identity of a thread of this process, to notice that a thread would wait for itself.
struct ThreadIdentity: Equatable, @unchecked Sendable {
    private let thread: pthread_t

    static var current: ThreadIdentity {
        ThreadIdentity(thread: pthread_self())
    }

    static func == (left: ThreadIdentity, right: ThreadIdentity) -> Bool {
        pthread_equal(left.thread, right.thread) != 0
    }
}
