// Loci, Apache License 2.0.

import CVectorKernels
import TestSupport
import Testing

/// The kernel on tables of entry points: every set against the definition, bit for bit.
@Suite struct EntryKernelTests {
    static let lines = 1...Int(VK_MOST_ENTRY_LINES)

    static func query(_ lines: Int, using generator: inout SeededGenerator) -> EntryQuery {
        EntryQuery(generator.bytes(8 * lines).map { Int8(bitPattern: $0) }, factor: generator.float())
    }

    static func table(_ count: Int, lines: Int, using generator: inout SeededGenerator) -> EntryTable {
        EntryTable(
            groups: (0..<count).map { _ in
                (0..<EntryTable.lanes).map { _ in
                    .init(bias: generator.float() * 1000, codes: generator.bytes(8 * lines).map { $0 & 15 })
                }
            })
    }

    /// Compares every set with the definition, on a table that begins at an alignment and on one that does not.
    func check(_ table: EntryTable, _ query: EntryQuery, sourceLocation: SourceLocation = #_sourceLocation) {
        let expected = table.minima(query)
        for slack in [0, 13] {
            let memory = GuardedRows([table.bytes], slack: slack)
            for set in KernelSet.all {
                let minima = set.entryMinima(query, memory.rows, groupCount: table.groups.count)
                #expect(
                    minima == expected,
                    "\(set.name), \(table.groups.count) groups, \(query.values.count / 8) lines, slack \(slack)",
                    sourceLocation: sourceLocation)
            }
        }
    }

    @Test func minimaAreAsDefinedOnEverySet() {
        var generator = SeededGenerator("minimaAreAsDefinedOnEverySet")
        for lines in Self.lines {
            for count in [1, 2, 3, 4, 5, 16, 33] {
                let query = Self.query(lines, using: &generator)
                check(Self.table(count, lines: lines, using: &generator), query)
            }
        }
        check(Self.table(300, lines: 4, using: &generator), Self.query(4, using: &generator))
    }

    /// The least entry of every lane in turn in every group, so that no lane or group is left out.
    @Test func theLeastIsFoundAnywhere() {
        var generator = SeededGenerator("theLeastIsFoundAnywhere")
        let query = Self.query(2, using: &generator)
        let table = Self.table(5, lines: 2, using: &generator)
        for group in 0..<5 {
            for lane in 0..<EntryTable.lanes {
                var changed = table
                changed.groups[group][lane].bias = -1e6
                #expect(changed.minima(query).groups[lane] == UInt32(group))
                check(changed, query)
            }
        }
    }

    @Test func theFirstOfEqualScoresIsTaken() {
        var generator = SeededGenerator("theFirstOfEqualScoresIsTaken")
        for _ in 0..<TestSettings.iterations(50) {
            let lines = Int.random(in: Self.lines, using: &generator)
            let kinds = Self.table(2, lines: lines, using: &generator).groups
            let table = EntryTable(
                groups: (0..<9).map { _ in
                    (0..<EntryTable.lanes).map { kinds[generator.below(2)][$0] }
                })
            check(table, Self.query(lines, using: &generator))
        }
        // 0 and -0 are equal, and have different bits.
        var zeros = Self.table(9, lines: 1, using: &generator)
        for group in zeros.groups.indices {
            for lane in 0..<EntryTable.lanes { zeros.groups[group][lane].bias = generator.below(2) == 0 ? 0.0 : -0.0 }
        }
        check(zeros, EntryQuery([Int8](repeating: -1, count: 8), factor: 0))
    }

    @Test func sumsDoNotOverflow() {
        for lines in Self.lines {
            for extreme: Int8 in [.min, -127, .max] {
                for code: UInt8 in [0, 15] {
                    let entry = EntryTable.Entry(bias: 0.5, codes: [UInt8](repeating: code, count: 8 * lines))
                    let table = EntryTable(groups: [[EntryTable.Entry](repeating: entry, count: EntryTable.lanes)])
                    check(table, EntryQuery([Int8](repeating: extreme, count: 8 * lines), factor: 1))
                }
            }
        }
    }
}
