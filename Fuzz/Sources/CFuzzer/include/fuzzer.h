// Loci, Apache License 2.0.

#ifndef LOCI_FUZZER_H
#define LOCI_FUZZER_H

#include <stddef.h>
#include <stdint.h>

// What libFuzzer offers to programs with a main function of their own: https://llvm.org/docs/LibFuzzer.html
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*target)(const uint8_t *data, size_t size));

#endif
