// Loci, Apache License 2.0.

import Testing

@testable import LociMemory

/// Identifiers of units as text and as bytes.
@Suite struct UnitIDTests {
    @Test func textAndBytesLeadBack() throws {
        for kind in UnitKind.allCases {
            for (session, ordinal) in [(1, 1), (12, 34), (UInt32.max, UInt32.max)] as [(UInt32, UInt32)] {
                let id = UnitID(kind: kind, session: session, ordinal: ordinal)
                #expect(UnitID("\(id)") == id)
                #expect(UnitID(bytes: id.bytes) == id)
                #expect(UnitID(kind, id.vectorID) == id)
            }
        }
        #expect("\(UnitID(kind: .turn, session: 12, ordinal: 34))" == "t12.34")
    }

    @Test(arguments: [
        "", "t", "t1", "t1.", "t.1", "x1.1", "t0.1", "t1.0", "t01.1", "t1.1 ", "t+1.1", "t-1.1", "t1.1.1",
        "t4294967296.1", "é1.1",
    ])
    func whatIsNoneIsRefused(text: String) {
        #expect(UnitID(text) == nil)
    }

    /// The order of bytes in a collection is that of sessions and turns.
    @Test func orderIsThatOfBytes() {
        let ids = [(1, 1), (1, 2), (1, 256), (2, 1), (256, 1), (65_536, 3)].map {
            UnitID(kind: .turn, session: $0.0, ordinal: $0.1)
        }
        #expect(ids == ids.shuffled().sorted())
        #expect(ids.map(\.vectorID) == ids.map(\.vectorID).shuffled().sorted())
    }

    @Test func kindsHaveNames() {
        #expect(UnitKind.allCases.allSatisfy { UnitKind(name: $0.description) == $0 })
        #expect(UnitKind(name: "thing") == nil)
        #expect(Set(UnitKind.allCases.map(\.letter)).count == UnitKind.allCases.count)
    }

    @Test(arguments: ["", "/", "a//b", "a/", "/a", "a/b/c/d/e/f/g/h/i", "a\u{7}b", String(repeating: "x", count: 201)])
    func whatNamesNoNamespace(name: String) {
        #expect(throws: MemoryError.self) { try MemoryNamespace(name) }
    }

    @Test func namespacesShareNoCollection() throws {
        let names = ["a", "a:turn", "a/b", "a:turn.1", "a.1", "b"]
        var seen: Set<String> = []
        for name in names {
            for kind in UnitKind.allCases {
                for generation in 0...2 {
                    #expect(seen.insert(try MemoryNamespace(name).collection(kind, generation)).inserted)
                }
            }
        }
        // One letter, written in two ways.
        let (one, other) = (try MemoryNamespace("caf\u{e9}"), try MemoryNamespace("cafe\u{301}"))
        #expect(
            one != other && Set([one, other]).count == 2
                && one.recordTable.utf8.elementsEqual(other.recordTable.utf8) == false)
        #expect(MemoryNamespace(recordTable: try MemoryNamespace("a/b").recordTable)?.description == "a/b")
        #expect(MemoryNamespace(recordTable: "other") == nil)
    }
}
