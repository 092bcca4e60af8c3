// Loci, Apache License 2.0.
