// Loci, Apache License 2.0.
#include "vector_kernels.h"
