// Loci, Apache License 2.0.

import LociIndex
import LociStorage

/// What could be built, and how many bytes each would take: no vector is read for it.
struct PlanCandidates {
    let configuration: CollectionConfiguration
    let count: Int
    let dimension: Int
    let identifiers: BuildIdentifiers

    var isScanned: Bool { count <= CollectionLayout.scannedCount }

    /// Every quantization with every degree, by rising bytes; equal ones in the order of the lists.
    /// - Throws: `IndexError.parameter` for a degree that cannot be built; `StorageError.recordLength`.
    func all(_ options: PlanOptions) throws -> [BuildPlan.Candidate] {
        var candidates: [BuildPlan.Candidate] = []
        for quantization in options.quantizations {
            for degree in try degrees(options) {
                candidates.append(
                    BuildPlan.Candidate(
                        quantization: quantization, degree: degree,
                        bytesPerVector: try bytesPerVector(quantization, degree), points: []))
            }
        }
        // The standard library's sort keeps the order of equal ones.
        return candidates.sorted { $0.bytesPerVector < $1.bytesPerVector }
    }

    /// The configuration of a candidate.
    func configuration(_ quantization: Quantization, _ degree: Int) -> CollectionConfiguration {
        var configuration = configuration
        configuration.quantization = quantization
        configuration.build.maximumDegree = degree
        return configuration
    }

    private func degrees(_ options: PlanOptions) throws(IndexError) -> [Int] {
        // Without a graph all degrees are the same.
        if isScanned { return [options.degrees.min() ?? configuration.build.maximumDegree] }
        let degrees = options.degrees.filter { $0 <= configuration.build.window }
        guard !degrees.isEmpty else {
            throw .parameter(
                name: "build window", value: "\(configuration.build.window)",
                allowed: "at least the least degree to choose from, \(options.degrees.min() ?? 0)")
        }
        return degrees
    }

    private func bytesPerVector(_ quantization: Quantization, _ degree: Int) throws -> Double {
        let configuration = configuration(quantization, degree)
        try configuration.validate()
        var record = CollectionRecord(name: "", configuration: configuration)
        record.dimension = dimension
        record.setFilled(count: count)
        record.storedIdentifierChunks = identifiers.storedChunks
        if !isScanned {
            record.addGraph(entryPoint: 0, growth: .typical, entries: .standard(dimension: dimension, count: count))
        }
        let bytes = try CollectionLayout(record).fileBytes(record, identifiers: identifiers)
        return Double(bytes.total) / Double(count)
    }
}
