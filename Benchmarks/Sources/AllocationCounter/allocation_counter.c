// Loci, Apache License 2.0.
//
// A program's own malloc goes before that of the C library, for the shared libraries that it loads too: the linker exports a
// symbol that one of them asks for. So no linker flag is needed, which a package could not use. glibc keeps its functions
// callable under second names.

#include "allocation_counter.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#if defined(__GLIBC__)

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

// By thread, so that the counts are those of the search and of nothing beside it.
static _Thread_local allocation_count counted;

static void count(size_t bytes) {
    counted.calls += 1;
    counted.bytes += bytes;
}

void *malloc(size_t size) {
    count(size);
    return __libc_malloc(size);
}

void *calloc(size_t number, size_t size) {
    count(number * size);
    return __libc_calloc(number, size);
}

void *realloc(void *block, size_t size) {
    count(size);
    return __libc_realloc(block, size);
}

void *memalign(size_t alignment, size_t size) {
    count(size);
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    count(size);
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    if (alignment % sizeof(void *) != 0 || alignment == 0 || (alignment & (alignment - 1)) != 0) { return EINVAL; }
    count(size);
    void *block = __libc_memalign(alignment, size);
    if (block == NULL) { return ENOMEM; }
    *result = block;
    return 0;
}

bool allocation_counter_works(void) { return true; }

allocation_count allocation_counter_now(void) { return counted; }

#else

bool allocation_counter_works(void) { return false; }

allocation_count allocation_counter_now(void) {
    allocation_count none = {0, 0};
    return none;
}

#endif
