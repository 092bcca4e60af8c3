// Loci, Apache License 2.0.

import Loci
import LociText
import TestSupport
import Testing

@testable import LociMemory

/// What is done in one namespace is seen in no other one.
@Suite struct IsolationTests {
    /// Namespaces with names that begin with each other, each compared with a model of its own after random operations.
    @Test func namespacesAreApart() async throws {
        var generator = SeededGenerator()
        let test = try TestStore()
        let names = ["a", "a/b", "a:turn", "ab", "b"]
        var model: [String: [UnitID: String]] = Dictionary(uniqueKeysWithValues: names.map { ($0, [:]) })
        for step in 0..<TestSettings.iterations(60) {
            let name = names[generator.below(names.count)]
            let memory = try test.store.memory(name)
            switch generator.below(6) {
            case 0...2:
                let secret = "secret\(names.firstIndex(of: name) ?? 0)x\(step)"
                let units = (0...generator.below(3)).map { place in
                    NewUnit(
                        session: "s\(generator.below(3))", text: "the \(secret) of number \(place)",
                        key: "k\(step).\(place)")
                }
                for (unit, result) in zip(units, try await memory.remember(units)) {
                    model[name]?[result.id] = unit.text
                }
            case 3:
                guard let id = model[name]?.keys.sorted().first else { continue }
                _ = try memory.forget(Forgotten.units([id]))
                model[name]?[id] = nil
            case 4:
                // An identifier of another namespace is none here, or this one's own.
                let other = names[generator.below(names.count)]
                guard try memory.exists, let id = model[other]?.keys.sorted().last else { continue }
                #expect(try memory.unit(id)?.text == model[name]?[id])
            default:
                guard try memory.exists else { continue }
                for asked in names.indices {
                    let recall = try await memory.recall("What is secret\(asked)x\(step) of number?")
                    #expect(recall.passages.allSatisfy { model[name]?[$0.unit.id] == $0.unit.text })
                }
            }
            if step % 20 == 19 {
                for name in names {
                    let memory = try test.store.memory(name)
                    guard try memory.exists else { continue }
                    let units = try memory.units(limit: 10_000)
                    #expect(Dictionary(uniqueKeysWithValues: units.map { ($0.id, $0.text) }) == model[name])
                    for unit in units { #expect(try unit.key.map { try memory.unit(key: $0)?.id } == unit.id) }
                }
            }
        }
        try test.store.memory("a").forget(.all)
        for name in names.dropFirst() where model[name]?.isEmpty == false {
            #expect(try test.store.memory(name).units(limit: 10_000).count == model[name]?.count)
        }
        #expect(try test.store.database.check() == [])
    }
}
