// Loci, Apache License 2.0.

import Loci
import TestSupport
import TortureModel

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Damages copies of a database, and does with each of them what users do.
///
///     round N KIND WHERE   it is damaged now
///     refused N            it is not opened
///     reported N           the check names damaged pages, and nothing else is done
///     found N              the check names damaged contents, and all the rest is done
///     unseen N             the check finds nothing, and it is as it was
struct TortureDamage {
    private let base: [UInt8]
    private let path: String
    private let seed: UInt64
    private let states: [TortureSequence]

    /// A round may take so many seconds of processor time, and so many bytes of address space more than there are.
    private static let seconds: rlim_t = 60
    private static let memory: rlim_t = 6 << 30

    init(base: String, seed: UInt64, transactions: Int) throws {
        self.base = try TestFile.read(base)
        path = base + "-damaged"
        self.seed = seed
        // Damage of a meta page takes the database back by a commit.
        states = [max(0, transactions - 1), transactions].map { TortureSequence(seed: seed, after: $0) }
    }

    func run(rounds: Range<Int>) throws {
        for round in rounds {
            var generator = SeededGenerator(seed: seed &+ UInt64(round) &* 0x9E37_79B9_7F4A_7C15)
            let kind = FileDamage.allCases[round % FileDamage.allCases.count]
            var file = base
            let place = kind.apply(to: &file, &generator)
            TortureProcess.say("round \(round) \(kind) \(place)")
            try TestFile.write(file, to: path)
            unlink(path + "-lock")
            Self.limit()
            do {
                TortureProcess.say("\(try use(kind, &generator)) \(round)")
            } catch {
                say(unless: error, "round \(round)")
                TortureProcess.say("refused \(round)")
            }
        }
        TortureProcess.say("end")
    }

    /// Lets the system end this process if it takes too long.
    private static func limit() {
        var usage = rusage()
        #if canImport(Glibc)
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        #else
        getrusage(RUSAGE_SELF, &usage)
        #endif
        let used = rlim_t(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
        var limits = [(RLIMIT_CPU, used + seconds)]
        // A sanitizer takes terabytes at the start.
        if let pages = (try? TestFile.text("/proc/self/statm"))?.split(separator: " ").first.flatMap({ rlim_t($0) }) {
            limits.append((RLIMIT_AS, pages * rlim_t(sysconf(Int32(_SC_PAGESIZE))) + memory))
        }
        for (resource, value) in limits {
            var limit = rlimit(rlim_cur: value, rlim_max: rlim_t.max)
            #if canImport(Glibc)
            setrlimit(__rlimit_resource_t(resource.rawValue), &limit)
            #else
            setrlimit(resource, &limit)
            #endif
        }
    }

    /// Says that an error is not of the kinds that a damaged file may give.
    private func say(unless error: any Error, _ what: String) {
        if error is LociError || error is IndexError { return }
        TortureProcess.say("broken: \(what): \(error)")
    }

    private func attempt(_ what: String, _ body: () throws -> Void) {
        do { try body() } catch { say(unless: error, what) }
    }

    private func use(_ kind: FileDamage, _ generator: inout SeededGenerator) throws -> String {
        var options = Database.Options()
        options.initialMapBytes = 64 << 20
        let verdict: String
        do {
            let database = try Database.open(path, access: .readOnly, options: options)
            let pages = try database.checkPages()
            if !pages.isEmpty {
                if try database.check().isEmpty { TortureProcess.say("broken: check does not say \(pages)") }
                return "reported"
            }
            let faults = try database.check()
            read(database, &generator)
            // What was changed together with its checksum is no damage that anyone could see.
            if faults.isEmpty, kind != .chunkWithChecksum { attempt("compare") { try compare(database) } }
            verdict = faults.isEmpty ? "unseen" : "found"
        }
        attempt("write") { try write(Database.open(path, access: .readWrite, options: options), &generator) }
        return verdict
    }

    private func compare(_ database: Database) throws {
        let differences = try database.read { view in
            let number = try TortureSequence.number(in: view)
            guard let state = states.first(where: { $0.number == number }) else { return ["transaction \(number)"] }
            return try state.differences(from: view)
        }
        for difference in differences.prefix(3) { TortureProcess.say("broken: not seen: \(difference)") }
    }

    private func read(_ database: Database, _ generator: inout SeededGenerator) {
        attempt("info") { _ = try database.info() }
        for name in states[1].collections.keys.sorted() {
            let dimension = states[1].collections[name]?.dimension ?? 1
            let query = generator.floats(dimension)
            let ids = states[1].collections[name]?.vectors.keys.sorted() ?? []
            attempt("search") {
                let found = try database.collection(name).search(query, k: 20)
                if found.count > 20 { TortureProcess.say("broken: \(found.count) neighbours of 20") }
            }
            attempt("exact search") { _ = try database.collection(name).search(query, k: 20, exact: true) }
            attempt("batch") {
                let queries = try VectorArray(query + query, dimension: dimension)
                _ = try database.collection(name).search(queries: queries, SearchOptions(k: 5), threads: 1)
            }
            for _ in 0..<5 where !ids.isEmpty {
                attempt("get") { _ = try database.collection(name).get(ids[generator.below(ids.count)]) }
            }
            attempt("forEach") { try database.collection(name).forEach { _, _ in } }
        }
    }

    private func write(_ database: Database, _ generator: inout SeededGenerator) throws {
        for name in states[1].collections.keys.sorted() {
            let dimension = states[1].collections[name]?.dimension ?? 1
            let ids = states[1].collections[name]?.vectors.keys.sorted() ?? []
            guard !ids.isEmpty else { continue }
            let id = ids[generator.below(ids.count)]
            let vector = generator.floats(dimension)
            attempt("upsert") { try database.collection(name).upsert(id, vector) }
            attempt("remove") { try database.collection(name).remove(ids[generator.below(ids.count)]) }
            attempt("add and remove") {
                try database.write { transaction in
                    let collection = try transaction.collection(name)
                    for _ in 0..<5 {
                        try collection.upsert(VectorID("new \(generator.next())"), vector)
                        try collection.remove(ids[generator.below(ids.count)])
                    }
                }
            }
        }
        // What was sound stays so.
        for fault in try database.checkPages() { TortureProcess.say("broken: after writing: \(fault)") }
        _ = try database.check()
        attempt("drop") { try database.drop(TortureSequence.graph) }
        for fault in try database.checkPages() { TortureProcess.say("broken: after dropping: \(fault)") }
    }
}
