// Loci, Apache License 2.0.

import Testing

@testable import LociWords

@Suite struct CanonicalFormTests {
    private func text(_ scalars: [Unicode.Scalar]) -> String {
        var text = ""
        text.unicodeScalars.append(contentsOf: scalars)
        return text
    }

    /// The standard library compares strings by canonical equivalence, with tables of its own.
    @Test func mappingsAreEquivalences() {
        let mappings = CanonicalMappings.read()
        #expect(mappings.count == 2_081)
        for (scalar, parts) in mappings {
            #expect(text([scalar]) == text(parts) && [scalar] != parts, "\(scalar.debugDescription)")
        }
    }

    /// Taking apart and putting together leads back, but for the scalars that Unicode excludes from it.
    @Test func composedFormsAreOne() {
        // Expectations are slow: one for all.
        var wrong: [Unicode.Scalar] = []
        for value in UInt32(0xC0)...0x323AF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            var scalars: [Unicode.Scalar] = []
            CanonicalForm.appendDecomposition(of: scalar, to: &scalars)
            CanonicalForm.reorder(&scalars)
            let apart = scalars
            CanonicalForm.compose(&scalars)
            let isExcluded = scalar.properties.isFullCompositionExclusion
            if text(apart) != text([scalar]) || text(scalars) != text([scalar]) || scalars != [scalar] && !isExcluded {
                wrong.append(scalar)
            }
        }
        #expect(wrong == [])
    }

    @Test func marksAreOrderedAndReachTheirBase() {
        var scalars: [Unicode.Scalar] = [
            "q", "\u{307}", "\u{323}", "s", "\u{307}", "\u{323}", "a", "\u{315}", "\u{300}",
        ]
        CanonicalForm.reorder(&scalars)
        #expect(scalars == ["q", "\u{323}", "\u{307}", "s", "\u{323}", "\u{307}", "a", "\u{300}", "\u{315}"])
        CanonicalForm.compose(&scalars)
        #expect(scalars == ["q", "\u{323}", "\u{307}", "\u{1E69}", "\u{E0}", "\u{315}"])
    }
}
