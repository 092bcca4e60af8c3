// Loci, Apache License 2.0.
#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

#include <stdbool.h>
#include <stdint.h>

// What one thread has asked the allocator for since it started.
typedef struct {
    uint64_t calls;
    uint64_t bytes;
} allocation_count;

// Whether this system's allocator can be counted; elsewhere every count is 0.
bool allocation_counter_works(void);

// What the calling thread has asked for.
allocation_count allocation_counter_now(void);

#endif
