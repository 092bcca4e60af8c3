// Loci, Apache License 2.0.

import Loci
import LociAttributes
import LociText
import TestSupport
import Testing

@testable import LociMemory

/// Changes, forgetting, moves to files and to other models.
@Suite struct ChangeTests {
    private let test: TestStore
    private let memory: Memory

    init() async throws {
        test = try TestStore()
        memory = try test.store.memory("acme/alice")
        try await memory.remember(SmallTalk.units)
    }

    private func first(_ question: String) async throws -> String? {
        try await memory.recall(question).passages.first?.unit.text
    }

    @Test func aUnitIsChangedInPlace() async throws {
        let id = UnitID(kind: .turn, session: 2, ordinal: 1)
        var change = UnitChange()
        change.text = "I adopted a parrot called Coco yesterday."
        (change.importance, change.isPinned) = (0.9, true)
        let unit = try await memory.update(id, change)
        #expect(unit.version == 2 && unit.speaker == "Bob" && unit.importance == 0.9 && unit.isPinned)
        #expect(try memory.unit(id) == unit)
        #expect(try await first("Who is Coco the parrot?") == change.text)
        #expect(try await memory.recall("beagle", options([.lexical])).passages.isEmpty)
        #expect(try memory.units(.session, session: "friday").first?.text.contains("Coco") == true)
        var archived = UnitChange()
        archived.isArchived = true
        try await memory.update(id, archived)
        #expect(try await first("Who is Coco the parrot?") != change.text)
        #expect(try memory.info().hidden == 1)
        archived.isArchived = false
        try await memory.update(id, archived)
        #expect(try await first("Who is Coco the parrot?") == change.text)
        #expect(try memory.info().hidden == 0 && test.store.database.check() == [])
        let none = UnitID(kind: .turn, session: 7, ordinal: 1)
        #expect(await memoryError { try await memory.update(none, change) } == .unitNotFound(none))
        let session = UnitID(kind: .session, session: 1, ordinal: 1)
        guard case .badUnit? = await memoryError({ try await memory.update(session, change) }) else {
            Issue.record("the text of a session was changed")
            return
        }
    }

    private func options(_ stages: Set<RecallStage>) -> RecallOptions {
        var options = RecallOptions()
        options.stages = stages
        return options
    }

    @Test func whatIsForgottenIsGone() async throws {
        #expect(try memory.forget(.units([UnitID(kind: .turn, session: 2, ordinal: 1)])) == 1)
        #expect(try await memory.recall("beagle", options([.lexical])).passages.isEmpty)
        #expect(try memory.forget(.session("friday")) == 2)
        #expect(try memory.sessions() == ["monday", "sunday"])
        let sessions = try memory.units(.session).map(\.session)
        #expect(sessions == ["monday", "sunday"])
        #expect(await memoryError { try memory.forget(.session("friday")) } == .sessionNotFound("friday"))
        #expect(try memory.forget(.before(2_000)) == 4)
        #expect(try memory.units().map(\.text) == [SmallTalk.units[7].text])
        let missing = UnitID(kind: .turn, session: 1, ordinal: 1)
        #expect(
            await memoryError { try memory.forget(.units([UnitID(kind: .turn, session: 3, ordinal: 1), missing])) }
                == .unitNotFound(missing))
        #expect(try memory.units().count == 1)
        #expect(try memory.forget(.all) == 1)
        #expect(
            try !memory.exists && test.store.database.collectionNames() == []
                && test.store.database.recordTableNames() == [])
        #expect(await memoryError { try memory.forget(.all) } == .namespaceNotFound(name: "acme/alice"))
        // What was forgotten can be remembered anew.
        try await memory.remember(SmallTalk.units)
        #expect(try memory.units().count == 8 && test.store.database.check() == [])
    }

    /// Forgotten texts are not in the file once it is compacted.
    @Test func theFileForgets() async throws {
        try memory.forget(.session("friday"))
        let path = test.folder.file("copy.loci")
        try test.store.database.backup(to: path)
        _ = try Database.compact(at: path)
        let text = String(decoding: try TestFile.read(path), as: UTF8.self)
        #expect(!text.contains("beagle") && text.contains("pasta"))
    }

    @Test func anExportIsImportedAsItWas() async throws {
        let old = UnitID(kind: .turn, session: 1, ordinal: 2)
        var unit = NewUnit(session: "later", text: "Ana moved again, to Braga.", supersedes: old)
        (unit.key, unit.importance, unit.metadata) = ("k", 0.7, try Attributes(["a": 1]))
        try await memory.remember([
            unit, NewUnit(.summary, session: "later", text: "Ana moves a lot.", provenance: [old]),
        ])
        let path = test.folder.file("memory.jsonl")
        #expect(try memory.export(to: path) == 10)
        let copy = try test.store.memory("copy")
        #expect(try copy.importUnits(from: path) == 10)
        for kind in UnitKind.allCases { #expect(try copy.units(kind) == memory.units(kind), "\(kind)") }
        #expect(try copy.unit(key: "k")?.text == unit.text && copy.info().hidden == memory.info().hidden)
        for question in ["Where did Ana move?", "Who snores?"] {
            let (one, other) = (try await memory.recall(question), try await copy.recall(question))
            #expect(one.passages.map(\.unit.id) == other.passages.map(\.unit.id))
        }
        let again = test.folder.file("again.jsonl")
        try copy.export(to: again)
        let next = try await copy.remember(NewUnit(session: "new", text: "A new session."))
        #expect(next.id.session == 5)
        #expect(await memoryError { try copy.importUnits(from: path) } == .namespaceExists(name: "copy"))
        #expect(try test.store.database.check() == [])
    }

    @Test(arguments: [
        (#"{"id": "x", "vector": [1, 2], "attributes": {"text": "a"}}"#, "its id is none of a unit"),
        (#"{"id": "t1.1", "vector": [1, 2]}"#, "it has no attributes"),
        (
            #"{"id": "t1.1", "vector": [1, 2], "attributes": {"text": "a", "session": "s", "written": 1}}"#,
            "of which model"
        ),
        (
            #"{"id": "t1.1", "vector": [1, 2], "attributes": {"text": 5, "session": "s", "written": 1, "model": "m"}}"#,
            "text cannot be read"
        ),
        (
            #"{"id": "s1.1", "vector": [1, 2], "attributes": {"text": "a", "session": "s", "written": 1, "model": "m"}}"#,
            "its id is none"
        ),
        (
            #"{"id": "t1.1", "vector": [1, 2], "attributes": {"text": "a", "session": "s", "written": 1, "model": "m", "links": {"z": 1}}}"#,
            "its link"
        ),
        (
            #"{"id": "t1.1", "vector": [1, 2], "attributes": {"text": "a", "session": "s", "written": 1, "model": "m", "links": {"t5.5": 1}}}"#,
            "not in the file"
        ),
        (
            #"{"id": "t1.1", "vector": [1, 2], "attributes": {"text": " ", "session": "s", "written": 1, "model": "m"}}"#,
            "its text: it is empty"
        ),
        (
            #"{"id": "t1.1", "vector": [1, 2], "attributes": {"text": "a", "session": "s", "written": 1, "model": "m", "version": 1e300}}"#,
            "its version cannot be read"
        ),
        (
            #"{"id": "t1.1", "vector": [1, 2], "attributes": {"text": "a", "session": "s", "written": 1, "model": "m", "importance": 7}}"#,
            "its importance: 7.0 is outside of 0 to 1"
        ),
        (
            #"{"id": "t1.1", "vector": [1, 2], "attributes": {"text": "a", "session": "s", "written": 1, "model": "m", "time": 1e12}}"#,
            "its time: "
        ),
        (
            #"{"id": "t1.1", "vector": [1, 2], "attributes": {"text": "a", "session": "s", "written": 1, "model": "m", "key": "k"}}"#,
            #"its key "k" is that of line 1"#
        ),
        (
            #"{"id": "t1.1", "vector": [1, 2], "attributes": {"text": "a", "session": "s", "written": 1, "model": "m", "supersedes": "t1.1"}}"#,
            "leads back to t1.1"
        ),
    ]) func badLinesAreRefused(line: String, reason: String) async throws {
        let path = test.folder.file("bad.jsonl")
        let good =
            #"{"id": "t9.1", "vector": [1, 2], "attributes": {"text": "a", "session": "g", "written": 1, "model": "m", "key": "k"}}"#
        try TestFile.write(text: good + "\n" + line + "\n", to: path)
        let copy = try test.store.memory("copy")
        guard case .badLine(2, let found)? = await memoryError({ try copy.importUnits(from: path) }),
            found.contains(reason)
        else {
            Issue.record("\(line)")
            return
        }
        #expect(try !copy.exists)
    }

    @Test func anotherModelTakesOver() async throws {
        struct Stopped: Error {}
        let embedder = FixedEmbedder("other", dimension: 8) { texts in
            texts.map { text in (0..<8).map { Float(text.utf8.count(where: { Int($0) % 8 == 1 })) + Float($0) } }
        }
        let other = MemoryStore(test.store.database, embedder: embedder)
        let moving = try other.memory("acme/alice")
        var calls = 0
        await #expect(throws: Stopped.self) {
            try await moving.reembed(batch: 3) { _, _ in
                calls += 1
                if calls == 3 { throw Stopped() }
            }
        }
        // Until it has taken over, the old model answers and writes.
        #expect(try await first("Where did Ana move?") == SmallTalk.units[1].text)
        try await memory.remember(NewUnit(session: "late", text: "The ferry leaves at dawn."))
        try memory.forget(.units([UnitID(kind: .turn, session: 2, ordinal: 3)]))
        var seen: [Int] = []
        try await moving.reembed(batch: 3) { done, _ in seen.append(done) }
        #expect(seen.first == 6)
        #expect(try moving.info().model == "other" && moving.info().dimension == 8 && moving.units().count == 8)
        #expect(
            try await moving.recall("When does the ferry leave?").passages.first?.unit.text
                == "The ferry leaves at dawn.")
        #expect(await memoryError { _ = try await memory.recall("x") } != nil)
        #expect(try test.store.database.collectionNames().count == 2 && test.store.database.check() == [])
        try await moving.reembed()
    }
}
