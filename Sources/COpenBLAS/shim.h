// Loci, Apache License 2.0.
#include <cblas.h>
