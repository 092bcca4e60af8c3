// Loci, Apache License 2.0.

/// What `scaling` measures, as the report has it.
struct ScalingSettings: Codable {
    let dimension: Int
    let clusters: Int
    let seed: UInt64
    let queries: Int
    /// The first row of the queries: the end of the largest set, so that all sets are asked the same.
    let firstQuery: Int
    let k: Int
    let windows: [Int]
    /// The quantization's name; `nil` for the default.
    let quantization: String?
    let buildThreads: Int
    let searchThreads: Int
    let passes: Int
}

/// One set to be measured: what a step in a process of its own reads.
struct ScalingRequest: Codable {
    let count: Int
    let settings: ScalingSettings
}

/// The figures of one set.
struct ScalingFigures: Codable {
    let count: Int
    let build: BuildFigures
    let search: SearchFigures
}

/// The cost of a build.
struct BuildFigures: Codable {
    let seconds: Double
    /// Of all threads.
    let processorSeconds: Double
    /// The most physical memory at once, the mapped file of vectors and what was written of the database included.
    let peakResidentBytes: Int?
    /// The size of the database's file in use.
    let fileBytes: Int
    /// Bytes of the file for each vector, by what is on the pages.
    let bytesPerVector: Double
    let quantization: String
    let kernels: String
}

/// The cost of searches, in a process that has done nothing else.
struct SearchFigures: Codable {
    /// From the call that opens the file to the first neighbours, the first time in the process.
    let firstOpenToAnswerMilliseconds: Double
    /// The same, the median of further times, each after the database was closed.
    let openToAnswerMilliseconds: Double
    /// Physical memory before the file was opened.
    let residentBytesBefore: Int?
    /// Physical memory after the whole sweep.
    let residentBytesAfter: Int?
    let sweep: [WindowFigures]

    /// What the searches brought into memory: pages of the file, and what searching needs.
    var residentBytesOfSearch: Int? {
        guard let before = residentBytesBefore, let after = residentBytesAfter else { return nil }
        return after - before
    }
}

/// The figures of one window.
struct WindowFigures: Codable {
    let window: Int
    let recall: Double?
    let queriesPerSecond: Double
    let p50Microseconds: Double
    let p99Microseconds: Double
}
