// Loci, Apache License 2.0.

import LociWords
import Synchronization
import TestSupport
import Testing

@testable import Loci
@testable import LociAttributes
@testable import LociStorage

/// Searches for words in a database: what is found, and that it is what the texts say after every change.
@Suite struct TextIndexTests {
    /// A collection with texts, and the texts.
    private struct Scene {
        let folder: TemporaryFolder
        var database: Database
        var texts: [VectorID: [String]] = [:]
        var years: [VectorID: Int] = [:]
        var generator: SeededGenerator

        init(_ generator: SeededGenerator, indexed: Bool = true) throws {
            self.generator = generator
            folder = try TemporaryFolder()
            database = try Database.open(folder.database)
            _ = try database.createCollection("c", .quick(.l2, .lvq8))
            if indexed { try collection.createIndex("gloss", .text) }
        }

        var collection: Collection {
            get throws { try database.collection("c") }
        }

        var number: UInt32 {
            get throws { try database.environment.read { try Catalogue.existing("c", in: $0) } }
        }

        /// Adds, replaces and removes, in one transaction.
        mutating func change(_ changes: Int, among ids: Int) throws {
            var next = self
            try database.write { transaction in
                let collection = try transaction.collection("c")
                for _ in 0..<changes {
                    let id = VectorID("v\(next.generator.below(ids))")
                    switch next.generator.below(8) {
                    case 0:
                        _ = try collection.remove(id)
                        (next.texts[id], next.years[id]) = (nil, nil)
                    default: try next.put(id, collection)
                    }
                }
            }
            self = next
        }

        private mutating func put(_ id: VectorID, _ collection: WritableCollection) throws {
            let year = 1950 + generator.below(60)
            let texts = (0..<(generator.below(4) == 0 ? generator.below(4) : 1)).map { _ in generator.plainText(14) }
            let gloss: AttributeValue = texts.count == 1 ? .string(texts[0]) : .list(texts.map { .string($0) })
            let attributes = try Attributes(["gloss": gloss, "year": .number(Double(year))])
            if try collection.contains(id), generator.below(2) == 0 {
                _ = try collection.setAttributes(id, attributes)
            } else {
                let vector = [Float(generator.below(100)), Float(generator.below(100))]
                _ = try collection.upsert(id, vector, attributes: attributes)
            }
            (self.texts[id], years[id]) = (texts, year)
        }

        /// Compares searches and statistics with the formula.
        mutating func compare(_ queries: Int = 8) throws {
            let plain = PlainWords(texts)
            let index = try #require(try collection.indexes.first { $0.kind == .text })
            #expect(index.rows == texts.count)
            #expect(index.text?.documents == plain.documentCount && index.text?.words == plain.wordCount)
            for _ in 0..<queries {
                let parts = generator.plainQuery()
                let query = parts.map(\.text).joined(separator: " ")
                let k = 1 + generator.below(12)
                plain.expect(try collection.search(words: query, in: "gloss", WordSearchOptions(k: k)), parts, k: k)
                let since = 1950 + generator.below(60)
                let options = WordSearchOptions(
                    k: k, filter: try Filter(.field("year") >= FilterTerm(.number(Double(since)))))
                plain.expect(try collection.search(words: query, options), parts, k: k) { years[$0] ?? 0 >= since }
            }
        }
    }

    /// Without a graph, where slots move, and with one, where they are used again.
    @Test(arguments: [300, 2_200]) func searchesFindWhatTheFormulaFinds(ids: Int) throws {
        var scene = try Scene(SeededGenerator())
        try scene.change(2 * ids, among: ids)
        try scene.compare()
        for round in 0..<TestSettings.iterations(6) {
            try scene.change(1 + scene.generator.below(ids / 2), among: ids)
            try scene.compare()
            #expect(try scene.database.check() == [], "\(scene.generator)")
            if round == 2 { try scene.collection.optimize(threads: 1) }
            if round == 4 {
                // Nothing is known but what the file says.
                scene.database = try Database.open(scene.folder.file("elsewhere.loci"))
                scene.database = try Database.open(scene.folder.database)
            }
            try scene.compare()
        }
        #expect(try scene.collection.repair(threads: 1).outcome == .sound)
    }

    /// Made of data that is there, an index is the same as one that was there before the data.
    @Test func anIndexIsMadeAndDroppedWithDataThere() throws {
        var scene = try Scene(SeededGenerator(), indexed: false)
        try scene.change(900, among: 400)
        try scene.collection.createIndex("gloss", words: WordAnalysis())
        try scene.compare()
        #expect(try scene.database.check() == [])
        let records = try scene.database.records()
        try scene.collection.dropIndex("gloss")
        let left = try scene.database.environment.read { transaction in
            try transaction.count(of: .postings) + transaction.count(of: .fields)
        }
        #expect(left == 0)
        try scene.collection.createIndex("gloss", .text)
        #expect(try scene.database.records().count == records.count)
        try scene.compare()
    }

    private func small(_ texts: [AttributeValue], _ analysis: WordAnalysis = WordAnalysis()) throws -> Scene {
        let scene = try Scene(SeededGenerator(), indexed: false)
        try scene.collection.createIndex("gloss", words: analysis)
        try scene.database.write { transaction in
            for (row, text) in texts.enumerated() {
                try transaction.collection("c").add(
                    VectorID("\(row)"), [Float(row), 1], attributes: Attributes(["gloss": text]))
            }
        }
        return scene
    }

    @Test(arguments: [
        ("night train", ["0", "1", "2"]), ("\"night train\"", ["0"]), ("+night -\"night train\"", ["1", "2"]),
        ("\"train at\"", []), ("\"at night\"", ["1"]), ("5", []), ("NIGHT", ["0", "1", "2"]),
        ("nîght", ["0", "1", "2"]),
        ("runs", ["3"]),
    ])
    func textsAreStringsAndThoseOfArrays(query: String, ids: [String]) throws {
        let scene = try small([
            "The night train", ["a train", "at night", 5], ["night"], "runs", 5, ["x": "night"], [["night"]],
            .bool(true), "",
        ])
        #expect(try scene.collection.search(words: query).map { "\($0.id)" }.sorted() == ids)
        let index = try #require(try scene.collection.indexes.first)
        #expect(index.rows == 9 && index.text == FieldIndex.Text(analysis: WordAnalysis(), documents: 4, words: 9))
        #expect(try scene.database.check() == [])
    }

    #if Stemming
    @Test func languagesAreKeptWithTheField() throws {
        let scene = try small(["he runs", "she was running", "a race"], WordAnalysis(language: .english))
        #expect(try scene.collection.search(words: "run").map { "\($0.id)" } == ["0", "1"])
        #expect(try scene.collection.indexes.first?.text?.analysis == WordAnalysis(language: .english))
        try scene.collection.optimize(threads: 1)
        #expect(try scene.collection.search(words: "run").map { "\($0.id)" } == ["0", "1"])
        #expect(try scene.collection.indexes.first?.text?.analysis == WordAnalysis(language: .english))
    }
    #endif

    /// A document that becomes shorter ranks higher by words that stayed where they were.
    @Test func boundsFollowTheLengths() throws {
        // Among so many that whole blocks are passed over.
        let scene = try small(
            (0..<1_500).map { .string("w1" + String(repeating: " w2", count: $0 == 0 ? 1 : 12)) })
        #expect(try scene.collection.search(words: "w1", WordSearchOptions(k: 1)).map { "\($0.id)" } == ["0"])
        try scene.collection.setAttributes(VectorID("1400"), Attributes(["gloss": "w1"]))
        #expect(try scene.collection.search(words: "w1", WordSearchOptions(k: 1)).map { "\($0.id)" } == ["1400"])
        #expect(try scene.database.check() == [])
    }

    @Test func theLongestTextsCountInFull() throws {
        let most = String(repeating: "1 ", count: (Attributes.maximumBytes - 40) / 2)
        let scene = try small([.string(most), "1 2"])
        let words = (Attributes.maximumBytes - 40) / 2
        #expect(try scene.collection.indexes.first?.text?.words == words + 2)
        #expect(words < 65_535)
        #expect(try scene.database.check() == [])
        let found = try scene.collection.search(words: "1")
        let average = Double(words + 2) / 2
        let idf = 0.1823215568
        for match in found {
            let (count, length) = match.id == VectorID("0") ? (Double(words), Double(words)) : (1, 2)
            let score = idf * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * length / average))
            #expect(abs(match.score - score) < 1e-4)
        }
        #expect(found.count == 2)
    }

    @Test func whatCannotBeSearchedIsRefused() throws {
        let scene = try small(["a b"])
        let collection = try scene.collection
        #expect(throws: LociError.textIndexNotFound(name: "c", path: "year", existing: ["gloss"])) {
            try collection.search(words: "a", in: "year")
        }
        try collection.createIndex("year", .number)
        #expect(throws: LociError.textIndexNotFound(name: "c", path: "year", existing: ["gloss"])) {
            try collection.search(words: "a", in: ".year")
        }
        try collection.createIndex("more", .text)
        #expect(throws: LociError.textFieldNeeded(name: "c", existing: ["gloss", "more"])) {
            try collection.search(words: "a")
        }
        try collection.dropIndex("more")
        try collection.dropIndex("gloss")
        #expect(throws: LociError.textIndexNotFound(name: "c", path: nil, existing: [])) {
            try collection.search(words: "a")
        }
        try collection.createIndex("gloss", .text)
        for k in [0, 1_000_001] {
            #expect(throws: WordsError.self) { try collection.search(words: "a", WordSearchOptions(k: k)) }
        }
        #expect(throws: WordsError.self) { try collection.search(words: "-a") }
        #expect(try collection.search(words: "a", in: ".gloss").count == 1)
        #expect(try collection.search(words: "nothing").isEmpty)
        let empty = try scene.database.createCollection("empty", .quick(.l2, .lvq8))
        try empty.createIndex("gloss", .text)
        #expect(try empty.search(words: "a").isEmpty)
    }

    @Test func viewsSeeTheirMoment() throws {
        struct GivenUp: Error {}
        let scene = try small(["a b", "b c"])
        let collection = try scene.collection
        try scene.database.read { view in
            let before = try view.collection("c")
            try collection.setAttributes(VectorID("0"), Attributes(["gloss": "x"]))
            _ = try collection.remove(VectorID("1"))
            #expect(try before.search(words: "b").map { "\($0.id)" }.sorted() == ["0", "1"])
            #expect(try before.search(words: "x").isEmpty)
            #expect(try collection.search(words: "x").map { "\($0.id)" } == ["0"])
            #expect(try collection.search(words: "b").isEmpty)
        }
        #expect(throws: GivenUp.self) {
            try scene.database.write { transaction in
                try transaction.collection("c").upsert(VectorID("2"), [1, 1], attributes: Attributes(["gloss": "y"]))
                // Others see the last commit while this one is written.
                #expect(try collection.search(words: "y").isEmpty)
                #expect(try collection.search(words: "x").count == 1)
                throw GivenUp()
            }
        }
        #expect(try collection.search(words: "y").isEmpty)
    }

    @Test func threadsFindTheSame() async throws {
        var scene = try Scene(SeededGenerator())
        try scene.change(1_500, among: 900)
        var generator = scene.generator
        let queries = (0..<40).map { _ in generator.plainQuery().map(\.text).joined(separator: " ") }
        let collection = try scene.collection
        try scene.database.read { view in
            let collections = [collection, try view.collection("c")]
            let expected = try queries.map { try collection.search(words: $0) }
            let differences = Mutex(0)
            try Parallel.forEach(count: 400, grain: 1, threads: 4) { range, _ in
                for index in range {
                    let found = try collections[index % 2].search(words: queries[index / 2 % queries.count])
                    if found != expected[index / 2 % queries.count] { differences.withLock { $0 += 1 } }
                }
            }
            #expect(differences.withLock { $0 } == 0)
        }
    }

    private func edit(
        _ key: Key, in transaction: borrowing WriteTransaction, _ body: (inout [UInt8]) -> Void
    ) throws {
        let entry = try #require(try transaction.value(of: key, in: .postings))
        var block = Array(entry.dropFirst(PostingsEntry.headerBytes))
        body(&block)
        try transaction.put(PostingsEntry.encoded(block, key: key), for: key, in: .postings)
    }

    /// What is missing, damaged or wrong is told, never trapped on, and made anew.
    @Test(arguments: 0..<8) func damageIsFoundAndRepaired(kind: Int) throws {
        var scene = try Scene(SeededGenerator(seed: 5))
        try scene.change(1_000, among: 600)
        let number = try scene.number
        let field = try #require(try scene.database.environment.read { try $0.fields(of: number) }.first)
        let word = PostingTerm(field: field.number, value: FieldTerm.bytes(ofWord: Array("w0".utf8)))
        let lengths = PostingTerm(field: field.number, value: [FieldTerm.lengths])
        let first = try scene.database.environment.read { transaction in
            try BlockTable(
                unsafelyBorrowing: transaction, collection: number, field: field.number, value: word.value
            ).firstSlots[0]
        }
        try scene.database.environment.write { transaction in
            switch kind {
            case 0: try transaction.delete(word.key(collection: number, slot: first), in: .postings)
            case 1:
                let key = try word.key(collection: number, slot: first)
                var entry = try #require(try transaction.value(of: key, in: .postings))
                entry[entry.count - 1] ^= 1
                try transaction.put(entry, for: key, in: .postings)
            case 2: try edit(word.key(collection: number, slot: first), in: transaction) { $0[$0.count - 3] ^= 2 }
            case 3: try edit(word.key(collection: number, slot: first), in: transaction) { $0[12] = 200 }
            case 4: try edit(lengths.key(collection: number, slot: 0), in: transaction) { $0[20] ^= 1 }
            case 5: try edit(lengths.key(collection: number, slot: 0), in: transaction) { _ = $0.removeLast() }
            case 6: try transaction.delete(lengths.key(collection: number, slot: 0), in: .postings)
            default:
                var wrong = field
                wrong.words += 1
                wrong.documents += 1
                try transaction.put(wrong, of: number)
            }
        }
        let faults = try scene.database.check()
        #expect(!faults.isEmpty)
        for query in ["w0", "\"w0 w1\"", "+w0 -w1"] {
            do {
                _ = try scene.collection.search(words: query)
                #expect(kind != 1 && kind != 5)
            } catch {
                #expect(error is LociError)
            }
        }
        let repair = try scene.collection.repair(threads: 1)
        #expect(repair.outcome == .repaired && repair.lost == [] && repair.lostAttributes == [])
        #expect(try scene.database.check() == [])
        try scene.compare(5)
    }

    /// Blocks of any bytes whose checksums are right give an error, or some results.
    @Test func blocksOfAnyBytesAreSurvived() throws {
        var scene = try Scene(SeededGenerator(fresh: #function))
        try scene.change(500, among: 300)
        let number = try scene.number
        let field = try #require(try scene.database.environment.read { try $0.fields(of: number) }.first)
        for _ in 0..<TestSettings.iterations(60) {
            let database = scene.database
            var generator = scene.generator
            try database.environment.write { transaction in
                var entries: [([UInt8], UInt32, [UInt8])] = []
                try transaction.forEachBlock(of: field.number, in: number, from: [FieldTerm.lengths]) {
                    value, slot, block in
                    entries.append((value.copied, slot, block.copied))
                }
                for _ in 0...generator.below(4) {
                    let (value, slot, sound) = entries[generator.below(min(12, entries.count))]
                    var block = sound
                    for _ in 0...generator.below(3) {
                        block[generator.below(min(block.count, generator.below(2) == 0 ? 17 : 2_000))] = UInt8(
                            truncatingIfNeeded: generator.next())
                    }
                    let key = try PostingTerm(field: field.number, value: value).key(collection: number, slot: slot)
                    try transaction.put(PostingsEntry.encoded(block, key: key), for: key, in: .postings)
                }
            }
            scene.generator = generator
            for _ in 0..<4 {
                let query = scene.generator.plainQuery().map(\.text).joined(separator: " ")
                do {
                    let found = try scene.collection.search(words: query)
                    #expect(Set(found.map(\.id)).count == found.count)
                } catch {
                    #expect(error is LociError, "\(error)")
                }
            }
        }
        _ = try scene.database.check()
    }
}
