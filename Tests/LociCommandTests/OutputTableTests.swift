// Loci, Apache License 2.0.

import Testing

@testable import LociCommand

@Suite struct OutputTableTests {
    @Test func alignment() {
        var table = TextTable([.text("collection"), .number("vectors"), .number("size"), .text("metric")])
        table.add(["products", Format.count(1_000_000), Format.bytes(1_230_000_000), "cosine"])
        table.add(["検索", "7", "", ""])
        table.add(["", "", "512 B", "l2"])
        #expect(
            table.rendered() == """
                collection    vectors     size  metric
                ──────────  ─────────  ───────  ──────
                products    1,000,000  1.23 GB  cosine
                検索                7
                                         512 B  l2

                """)
    }

    @Test func headerAlone() {
        #expect(TextTable([.text("id"), .number("distance")]).rendered() == "id  distance\n──  ────────\n")
    }

    @Test func cellsAreMadePrintableAndCut() {
        var table = TextTable([.text("id", limit: 8), .number("n")])
        table.add(["a\nb", "1"])
        table.add(["a very long id", "2"])
        #expect(table.rendered() == "id        n\n────────  ─\na\\nb      1\na very …  2\n")
    }
}
