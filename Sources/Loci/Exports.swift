// Loci, Apache License 2.0.

// What an embedding program needs of the modules below: metrics, quantizations, build parameters, sources of vectors,
// attributes, queries for words, and vector files. Their package-internal parts stay hidden.
@_exported public import LociAttributes
@_exported public import LociFiles
@_exported public import LociIndex
@_exported public import LociWords
