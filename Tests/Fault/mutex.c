// Loci, Apache License 2.0.

// Tells the thread sanitizer of the locks of Swift's `Mutex`. Its uncontended path is inlined and seen; the contended one is
// in a library of the toolchain that is not instrumented, so that whoever had to wait would seem to hold no lock.
// Loaded by LD_PRELOAD; it takes clang, for Swift's calling convention.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self
#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void lock_slowly(uint32_t thread, SELF) __asm__(LOCK);
SWIFT bool try_lock_slowly(SELF) __asm__(TRY_LOCK);
SWIFT void unlock_slowly(SELF) __asm__(UNLOCK);

static void tell(const char *what, void *lock) {
    void (*function)(void *);
    *(void **)&function = dlsym(RTLD_DEFAULT, what);
    if (function) { function(lock); }
}

SWIFT void lock_slowly(uint32_t thread, SELF) {
    SWIFT void (*real)(uint32_t, SELF);
    *(void **)&real = dlsym(RTLD_NEXT, LOCK);
    real(thread, self);
    tell("__tsan_acquire", self);
}

SWIFT bool try_lock_slowly(SELF) {
    SWIFT bool (*real)(SELF);
    *(void **)&real = dlsym(RTLD_NEXT, TRY_LOCK);
    bool is_locked = real(self);
    if (is_locked) { tell("__tsan_acquire", self); }
    return is_locked;
}

SWIFT void unlock_slowly(SELF) {
    SWIFT void (*real)(SELF);
    *(void **)&real = dlsym(RTLD_NEXT, UNLOCK);
    tell("__tsan_release", self);
    real(self);
}
