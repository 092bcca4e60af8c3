// Loci, Apache License 2.0.

// The functions are libFuzzer's.
#include "fuzzer.h"
