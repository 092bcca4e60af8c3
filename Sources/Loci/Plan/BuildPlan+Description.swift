// Loci, Apache License 2.0.

import LociIndex

extension BuildPlan: CustomStringConvertible {
    /// One line: what was chosen, and why.
    public var description: String {
        let chosen = choice.measured.candidate
        let point = choice.measured.point
        var text = "\(chosen.name(isScanned: isScanned)): \(chosen.bytes) bytes a vector"
        if let limit = goal.maximumBytesPerVector { text += " of \(limit) allowed" }
        text += "; recall@\(k) \(Self.rounded(point.recall))"
        if !isScanned { text += " at window \(point.window)" }
        text += " on the sample"
        if !isScanned, count > sampleCount + queries {
            text += ", at least \(Self.rounded(point.expectedRecall)) at window \(point.expectedWindow) on all"
        }
        if let missed = choice.missed {
            text +=
                "; of the smaller, \(missed.candidate.name(isScanned: isScanned)) is good for "
                + "\(Self.rounded(missed.point.expectedRecall)) at most"
        }
        if let slower = choice.slower {
            text +=
                "; \(slower.name(isScanned: isScanned)) takes \(slower.bytes), but its searches touch over a quarter more "
                + "memory than the fastest's"
        }
        return text
    }

    /// Recall to four digits.
    static func rounded(_ recall: Double) -> String { "\((recall * 1e4).rounded() / 1e4)" }
}

extension BuildPlan.Candidate {
    /// "lvq4x4 with degree 32"; of a collection without a graph, the quantization alone.
    func name(isScanned: Bool) -> String { isScanned ? "\(quantization)" : "\(quantization) with degree \(degree)" }

    /// Whole bytes a vector, rounded up.
    var bytes: Int { Int(bytesPerVector.rounded(.up)) }
}

extension BuildPlan.Shortfall: CustomStringConvertible {
    /// One line: what cannot be had, what can, and what it would take.
    public var description: String {
        let limit = goal.maximumBytesPerVector.map { " within \($0) bytes a vector" } ?? ""
        guard let recall = goal.recall else {
            let smallest = needed.map { ": the smallest, \($0.name(isScanned: isScanned)), takes \($0.bytes)" } ?? ""
            return "no quantization and degree fit\(limit)\(smallest); allow as many; nothing was built"
        }
        var text = "no quantization and degree should reach recall@\(goal.k) \(recall)\(limit): "
        if let best {
            text +=
                "\(best.candidate.name(isScanned: isScanned)), of \(best.candidate.bytes) bytes, should come to "
                + "\(BuildPlan.rounded(best.point.expectedRecall))"
            if !isScanned { text += " at window \(best.point.expectedWindow)" }
        } else {
            text += "none takes so few"
        }
        if let needed {
            text +=
                "; it takes \(needed.bytes) bytes a vector, \(needed.name(isScanned: isScanned)): allow as many, or ask "
                + "for less"
        } else {
            text += "; ask for less, or choose the quantization and the degree by hand and measure"
        }
        return text + "; nothing was built"
    }
}
