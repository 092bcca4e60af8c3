// Loci, Apache License 2.0.

#define _GNU_SOURCE

#include "include/processor_binding.h"

#ifdef __linux__
#include <sched.h>

int lb_bind_to_processor(int processor)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (processor < 0 || processor >= CPU_SETSIZE) return -1;
    CPU_SET(processor, &set);
    return sched_setaffinity(0, sizeof set, &set);
}
#else
int lb_bind_to_processor(int processor)
{
    (void)processor;
    return -1;
}
#endif
