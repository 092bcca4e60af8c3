// Loci, Apache License 2.0.
// Binds the calling thread to a processor. Swift does not see the C library's own function, which is GNU's.

#ifndef LOCI_PROCESSOR_BINDING_H
#define LOCI_PROCESSOR_BINDING_H

/// Returns 0, or -1 where it was not done: no such processor, or a system that is not Linux.
int lb_bind_to_processor(int processor);

#endif
