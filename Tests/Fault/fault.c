// Loci, Apache License 2.0.

// A layer between a process and one file, which fails as disks and machines do. Loaded by LD_PRELOAD.
//
//   LOCI_FAULT_FILE   the file; calls on others are left alone
//   LOCI_FAULT_KIND   count   nothing fails; at the end the calls are told on standard error, a letter each
//                     kill    the process is killed before the call
//                     after   the process is killed after the call
//                     cut     a part is written, and the process is killed
//                     power   the process is killed before the call, and a part of what was written since the last sync
//                             is lost
//                     short   a part is written, and the call says so
//                     enospc, eio   the call fails
//   LOCI_FAULT_AT     the first call that is concerned, from 1 on
//   LOCI_FAULT_TIMES  how many are, of those kinds that let the process go on
//   LOCI_FAULT_PART   which part is written, in thousandths; of `power` the seed of what is lost
//
// The letters: w writes data, m writes one of LMDB's two meta pages, s syncs, t changes the length.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { none, count, kill_before, kill_after, cut, power, short_write, no_space, io_error };

// What a call finds itself to be.
enum verdict { proceed, fail, part };

static struct {
    enum kind kind;
    const char *file;
    long at, times;
    uint64_t part;
    long calls;
    char letters[1 << 16];
} fault;

// Writes since the last sync, with what they covered.
static struct {
    struct lost {
        off_t offset;
        size_t length;
        char *before;
    } *writes;
    size_t used, room;
} unsynced;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static ssize_t (*real_pwrite)(int, const void *, size_t, off_t);
static ssize_t (*real_pwritev)(int, const struct iovec *, int, off_t);
static ssize_t (*real_write)(int, const void *, size_t);
static ssize_t (*real_writev)(int, const struct iovec *, int);
static int (*real_fsync)(int);
static int (*real_fdatasync)(int);
static int (*real_ftruncate)(int, off_t);
static int (*real_fallocate)(int, int, off_t, off_t);

static long number(const char *name, long fallback) {
    const char *text = getenv(name);
    return text ? atol(text) : fallback;
}

__attribute__((constructor)) static void begin(void) {
    *(void **)&real_pwrite = dlsym(RTLD_NEXT, "pwrite");
    *(void **)&real_pwritev = dlsym(RTLD_NEXT, "pwritev");
    *(void **)&real_write = dlsym(RTLD_NEXT, "write");
    *(void **)&real_writev = dlsym(RTLD_NEXT, "writev");
    *(void **)&real_fsync = dlsym(RTLD_NEXT, "fsync");
    *(void **)&real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    *(void **)&real_ftruncate = dlsym(RTLD_NEXT, "ftruncate");
    *(void **)&real_fallocate = dlsym(RTLD_NEXT, "fallocate");
    static const char *const names[] = {"", "count", "kill", "after", "cut", "power", "short", "enospc", "eio"};
    const char *kind = getenv("LOCI_FAULT_KIND");
    fault.file = getenv("LOCI_FAULT_FILE");
    fault.at = number("LOCI_FAULT_AT", 0);
    fault.times = number("LOCI_FAULT_TIMES", 1);
    fault.part = (uint64_t)number("LOCI_FAULT_PART", 500);
    for (int index = 1; kind && fault.file && index <= io_error; index++) {
        if (strcmp(kind, names[index]) == 0) { fault.kind = (enum kind)index; }
    }
}

__attribute__((destructor)) static void end(void) {
    if (fault.kind == count) { fprintf(stderr, "calls %s\n", fault.letters); }
}

static int is_file(int descriptor) {
    struct stat own, given;
    if (fault.kind == none || stat(fault.file, &own) != 0 || fstat(descriptor, &given) != 0) { return 0; }
    return own.st_dev == given.st_dev && own.st_ino == given.st_ino;
}

static uint64_t next_random(void) {
    fault.part = fault.part * 6364136223846793005u + 1442695040888963407u;
    return fault.part >> 33;
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) { pause(); }
}

// Undoes a part of what was not synced: a disk may have taken any of the writes, and any sectors of each.
static void lose(int descriptor) {
    for (size_t index = unsynced.used; index > 0; index--) {
        struct lost *lost = &unsynced.writes[index - 1];
        switch (next_random() % 3) {
        case 0: break;
        case 1: real_pwrite(descriptor, lost->before, lost->length, lost->offset); break;
        default:
            for (size_t start = 0; start < lost->length; start += 512) {
                size_t length = lost->length - start < 512 ? lost->length - start : 512;
                if (next_random() % 2) {
                    real_pwrite(descriptor, lost->before + start, length, lost->offset + (off_t)start);
                }
            }
        }
    }
}

// Keeps what a write is about to cover.
static void remember(int descriptor, off_t offset, size_t length) {
    if (fault.kind != power) { return; }
    if (unsynced.used == unsynced.room) {
        unsynced.room = unsynced.room ? 2 * unsynced.room : 64;
        unsynced.writes = realloc(unsynced.writes, unsynced.room * sizeof *unsynced.writes);
        if (!unsynced.writes) { abort(); }
    }
    struct lost *lost = &unsynced.writes[unsynced.used];
    *lost = (struct lost){offset, length, calloc(1, length ? length : 1)};
    if (!lost->before) { abort(); }
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor);
    // The descriptor itself may be for writing alone.
    int reader = open(path, O_RDONLY | O_CLOEXEC);
    if (reader < 0 || pread(reader, lost->before, length, offset) < 0) { abort(); }
    close(reader);
    unsynced.used++;
}

static void forget(void) {
    while (unsynced.used > 0) { free(unsynced.writes[--unsynced.used].before); }
}

// Counts a call, and says what becomes of it; called with the lock.
static enum verdict judge(int descriptor, char letter) {
    long call = ++fault.calls;
    if (fault.kind == count && call < (long)sizeof fault.letters) { fault.letters[call - 1] = letter; }
    if (call < fault.at || fault.at == 0) { return proceed; }
    switch (fault.kind) {
    case kill_before:
        if (call == fault.at) { die(); }
        return proceed;
    case power:
        if (call == fault.at) {
            lose(descriptor);
            die();
        }
        return proceed;
    case kill_after:
    case cut: return call == fault.at ? part : proceed;
    case short_write: return call < fault.at + fault.times ? part : proceed;
    case no_space:
    case io_error:
        if (call >= fault.at + fault.times) { return proceed; }
        errno = fault.kind == no_space ? ENOSPC : EIO;
        return fail;
    default: return proceed;
    }
}

// Writes as the verdict says.
static ssize_t write_judged(int descriptor, const char *bytes, size_t length, off_t offset) {
    enum verdict verdict = judge(descriptor, offset < 2 * 4096 ? 'm' : 'w');
    if (verdict == fail) { return -1; }
    size_t written = length;
    if (verdict == part && fault.kind != kill_after) { written = length * (size_t)(fault.part % 1000) / 1000; }
    if (!(fcntl(descriptor, F_GETFL) & O_DSYNC)) { remember(descriptor, offset, length); }
    ssize_t result = written ? real_pwrite(descriptor, bytes, written, offset) : 0;
    if (verdict == part && fault.kind != short_write) { die(); }
    return result;
}

ssize_t pwrite(int descriptor, const void *bytes, size_t length, off_t offset) {
    if (!is_file(descriptor)) { return real_pwrite(descriptor, bytes, length, offset); }
    pthread_mutex_lock(&lock);
    ssize_t result = write_judged(descriptor, bytes, length, offset);
    pthread_mutex_unlock(&lock);
    return result;
}

ssize_t pwritev(int descriptor, const struct iovec *pieces, int number, off_t offset) {
    if (!is_file(descriptor)) { return real_pwritev(descriptor, pieces, number, offset); }
    size_t length = 0;
    for (int index = 0; index < number; index++) { length += pieces[index].iov_len; }
    char *bytes = malloc(length ? length : 1);
    if (!bytes) { abort(); }
    size_t filled = 0;
    for (int index = 0; index < number; index++) {
        memcpy(bytes + filled, pieces[index].iov_base, pieces[index].iov_len);
        filled += pieces[index].iov_len;
    }
    ssize_t result = pwrite(descriptor, bytes, length, offset);
    free(bytes);
    return result;
}

ssize_t write(int descriptor, const void *bytes, size_t length) {
    if (!is_file(descriptor)) { return real_write(descriptor, bytes, length); }
    off_t offset = lseek(descriptor, 0, SEEK_CUR);
    ssize_t result = pwrite(descriptor, bytes, length, offset);
    if (result > 0) { lseek(descriptor, offset + result, SEEK_SET); }
    return result;
}

ssize_t writev(int descriptor, const struct iovec *pieces, int number) {
    if (!is_file(descriptor)) { return real_writev(descriptor, pieces, number); }
    off_t offset = lseek(descriptor, 0, SEEK_CUR);
    ssize_t result = pwritev(descriptor, pieces, number, offset);
    if (result > 0) { lseek(descriptor, offset + result, SEEK_SET); }
    return result;
}

static int sync_judged(int descriptor, int (*real)(int)) {
    if (!is_file(descriptor)) { return real(descriptor); }
    pthread_mutex_lock(&lock);
    enum verdict verdict = judge(descriptor, 's');
    int result = -1;
    if (verdict != fail) {
        forget();
        result = real(descriptor);
        if (verdict == part && fault.kind != short_write) { die(); }
    }
    pthread_mutex_unlock(&lock);
    return result;
}

int fsync(int descriptor) { return sync_judged(descriptor, real_fsync); }
int fdatasync(int descriptor) { return sync_judged(descriptor, real_fdatasync); }

int ftruncate(int descriptor, off_t length) {
    if (!is_file(descriptor)) { return real_ftruncate(descriptor, length); }
    pthread_mutex_lock(&lock);
    enum verdict verdict = judge(descriptor, 't');
    int result = verdict == fail ? -1 : real_ftruncate(descriptor, length);
    if (verdict == part && fault.kind != short_write) { die(); }
    pthread_mutex_unlock(&lock);
    return result;
}

int fallocate(int descriptor, int mode, off_t offset, off_t length) {
    if (!is_file(descriptor)) { return real_fallocate(descriptor, mode, offset, length); }
    pthread_mutex_lock(&lock);
    enum verdict verdict = judge(descriptor, 't');
    int result = verdict == fail ? -1 : real_fallocate(descriptor, mode, offset, length);
    if (verdict == part && fault.kind != short_write) { die(); }
    pthread_mutex_unlock(&lock);
    return result;
}
