// Loci, Apache License 2.0.

/// Canonical decomposition and composition (Unicode Standard Annex #15), so that texts which are canonically equivalent give
/// the same bytes.
///
/// The standard library compares strings in this way but does not give the forms out, so the mappings are a table of our own
/// (`CanonicalMappings`); orders and exclusions are the standard library's.
package enum CanonicalForm {
    /// The mappings of single scalars: to one scalar, or to two.
    private static let decompositions: [Unicode.Scalar: [Unicode.Scalar]] = CanonicalMappings.read()

    private struct Pair: Hashable {
        let first: Unicode.Scalar
        let second: Unicode.Scalar
    }

    private static let compositions: [Pair: Unicode.Scalar] = {
        var compositions: [Pair: Unicode.Scalar] = [:]
        for (scalar, parts) in decompositions where parts.count == 2 && !scalar.properties.isFullCompositionExclusion {
            compositions[Pair(first: parts[0], second: parts[1])] = scalar
        }
        return compositions
    }()

    private enum Hangul {
        static let syllables: UInt32 = 0xAC00
        static let leading: UInt32 = 0x1100
        static let vowels: UInt32 = 0x1161
        static let trailing: UInt32 = 0x11A7
        static let vowelCount: UInt32 = 21
        static let trailingCount: UInt32 = 28
        static let syllableCount: UInt32 = 19 * 21 * 28
    }

    /// Appends what a scalar is made of, in the order of the mappings; `reorder` must follow when all are there.
    package static func appendDecomposition(of scalar: Unicode.Scalar, to scalars: inout [Unicode.Scalar]) {
        let value = scalar.value
        if value < 0xC0 {
            scalars.append(scalar)
        } else if value >= Hangul.syllables, value < Hangul.syllables + Hangul.syllableCount {
            let index = value - Hangul.syllables
            let trailing = index % Hangul.trailingCount
            append(Hangul.leading + index / (Hangul.vowelCount * Hangul.trailingCount), to: &scalars)
            append(
                Hangul.vowels + index % (Hangul.vowelCount * Hangul.trailingCount) / Hangul.trailingCount, to: &scalars)
            if trailing > 0 { append(Hangul.trailing + trailing, to: &scalars) }
        } else if let parts = decompositions[scalar] {
            for part in parts { appendDecomposition(of: part, to: &scalars) }
        } else {
            scalars.append(scalar)
        }
    }

    private static func append(_ value: UInt32, to scalars: inout [Unicode.Scalar]) {
        if let scalar = Unicode.Scalar(value) { scalars.append(scalar) }
    }

    /// Sorts each run of combining marks by their classes, those of one class in the order in which they came.
    package static func reorder(_ scalars: inout [Unicode.Scalar]) {
        var start = 0
        while start < scalars.count {
            guard combiningClass(scalars[start]) > 0 else {
                start += 1
                continue
            }
            var end = start + 1
            while end < scalars.count, combiningClass(scalars[end]) > 0 { end += 1 }
            if end > start + 1 {
                // Stable, as the standard library's sort is.
                scalars[start..<end].sort { combiningClass($0) < combiningClass($1) }
            }
            start = end
        }
    }

    private static func combiningClass(_ scalar: Unicode.Scalar) -> UInt8 {
        scalar.value < 0x300 ? 0 : scalar.properties.canonicalCombiningClass.rawValue
    }

    /// Puts together again what decomposed scalars in order can be put together to.
    package static func compose(_ scalars: inout [Unicode.Scalar]) {
        var starter: Int?
        var lastClass: UInt8 = 0
        var used = 0
        for scalar in scalars {
            let ownClass = combiningClass(scalar)
            // A mark reaches its base only past marks of lower classes; a base only one that is right before it.
            if let base = starter, lastClass < ownClass || base == used - 1,
                let composed = composition(scalars[base], scalar)
            {
                scalars[base] = composed
                continue
            }
            if ownClass == 0 { starter = used }
            lastClass = ownClass
            scalars[used] = scalar
            used += 1
        }
        scalars.removeSubrange(used...)
    }

    private static func composition(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
        if second.value < 0x300 { return nil }
        if (Hangul.leading..<Hangul.leading + 19).contains(first.value),
            (Hangul.vowels..<Hangul.vowels + Hangul.vowelCount).contains(second.value)
        {
            let index = (first.value - Hangul.leading) * Hangul.vowelCount + second.value - Hangul.vowels
            return Unicode.Scalar(Hangul.syllables + index * Hangul.trailingCount)
        }
        if (Hangul.syllables..<Hangul.syllables + Hangul.syllableCount).contains(first.value),
            (first.value - Hangul.syllables) % Hangul.trailingCount == 0,
            (Hangul.trailing + 1..<Hangul.trailing + Hangul.trailingCount).contains(second.value)
        {
            return Unicode.Scalar(first.value + second.value - Hangul.trailing)
        }
        return compositions[Pair(first: first, second: second)]
    }
}
