// Loci, Apache License 2.0.

import ArgumentParser
import Loci

/// `loci-benchmarks tenants`: many small collections in one database, one for each agent or user.
struct TenantsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenants",
        abstract: "Measure a database of many small collections.",
        discussion: """
            Makes the collections by write transactions, from nothing; then opens the database in a process of its own, \
            answers from one collection, and from many, and creates more.
            """)

    @Option(help: ArgumentHelp("How many collections.", valueName: "N"))
    var collections = 100_000

    @Option(help: ArgumentHelp("The vectors of each.", valueName: "N"))
    var vectors = 100

    @Option(help: ArgumentHelp("How many components a vector has.", valueName: "D"))
    var dimension = 384

    @Option(help: ArgumentHelp("The collections of one transaction.", valueName: "N"))
    var batch = 200

    @Option(help: ArgumentHelp("How many are asked, and how many are created at the end.", valueName: "N"))
    var sample = 1000

    @OptionGroup var place: PlaceOptions

    struct Settings: Codable {
        let collections: Int
        let vectors: Int
        let dimension: Int
        let batch: Int
        let sample: Int
    }

    struct Figures: Codable {
        let secondsToMake: Double
        let fileBytes: Int
        /// Codes and residual codes alone.
        let recordBytes: Int
        let use: TenantUse
    }

    func validate() throws {
        try Allowed.check("--collections", collections, in: 1...10_000_000)
        try Allowed.check("--vectors", vectors, in: 1...1_000_000)
        try Allowed.check("--dimension", dimension, in: 1...VectorFileLimits.dimension)
        try Allowed.check("--batch", batch, in: 1...100_000)
        try Allowed.check("--sample", sample, in: 1...1_000_000)
    }

    func run() throws {
        ChildProcess.leaveInterruptToChildren()
        let work = try WorkFolder(in: place.folder)
        let path = work.file("tenants.loci")
        let start = ContinuousClock.now
        let (fileBytes, recordBytes) = try make(path)
        let seconds = (ContinuousClock.now - start).seconds
        progress("using")
        let settings = Settings(
            collections: collections, vectors: vectors, dimension: dimension, batch: batch, sample: sample)
        try JSONFile.write(settings, to: work.file("settings.json"))
        try ChildProcess.run([TenantUseCommand.configuration.commandName ?? "", work.path])
        let use = try JSONFile.read(TenantUse.self, from: work.file("use.json"))
        let figures = Figures(
            secondsToMake: seconds, fileBytes: fileBytes, recordBytes: recordBytes, use: use)
        print(table(of: figures), terminator: "")
        try place.report("tenants", kernels: use.kernels, settings: settings, results: [figures])
    }

    /// A function of its own, so that the database is closed when it returns.
    private func make(_ path: String) throws -> (fileBytes: Int, recordBytes: Int) {
        let database = try Database.open(path)
        for first in stride(from: 0, to: collections, by: batch) {
            if first.isMultiple(of: 50 * batch) { progress("\(Format.count(first)) collections") }
            try database.write(threads: 1) { transaction in
                for number in first..<min(collections, first + batch) {
                    try transaction.createCollection(Self.name(number), CollectionConfiguration(metric: .cosine))
                        .add(from: Self.vectors(number, count: vectors, dimension: dimension))
                }
            }
        }
        // 4-bit codes with a header of 16 bytes, padded; 8-bit residual codes.
        let info = try database.collection(Self.name(0)).info()
        let stride = (dimension + 1) / 2 + 16
        precondition(info.count == vectors)
        return (try database.bytes, collections * vectors * (stride + dimension))
    }

    static func name(_ number: Int) -> String { "agent-\(number)" }

    static func vectors(_ number: Int, count: Int, dimension: Int) throws -> VectorArray {
        var generator = SplitMixGenerator(seed: UInt64(number))
        return try VectorArray(
            (0..<count * dimension).map { _ in Float(Int32(truncatingIfNeeded: generator.next())) * 0x1p-31 },
            dimension: dimension)
    }

    private func table(of figures: Figures) -> String {
        var table = Table(text: ["what"], numbers: ["figure"])
        let use = figures.use
        table.add(["collections, vectors each", "\(Format.count(collections)), \(Format.count(vectors))"])
        table.add(["seconds to make", Format.fixed(figures.secondsToMake, 1)])
        table.add(["file", Format.megabytes(figures.fileBytes)])
        table.add([
            "file, of the bytes of records", Format.fixed(Double(figures.fileBytes) / Double(figures.recordBytes), 3),
        ])
        table.add(["open and answer from one, ms", Format.fixed(use.openToAnswerMilliseconds, 3)])
        table.add(["answer from another, ms, median", Format.fixed(use.answerMilliseconds, 3)])
        table.add(["create one, ms, median", Format.fixed(use.createMilliseconds, 3)])
        table.add(["the same, CPU ms", Format.fixed(use.createProcessorMilliseconds, 3)])
        table.add(["add one vector, ms, median", Format.fixed(use.addMilliseconds, 3)])
        if let one = use.residentAfterOne, let all = use.residentAfterSample {
            table.add(["own memory after one answer", Format.megabytes(one)])
            table.add(["own memory after \(Format.count(sample)) answers", Format.megabytes(all)])
        }
        return table.rendered()
    }
}

/// What a process that opens the database sees.
struct TenantUse: Codable {
    let openToAnswerMilliseconds: Double
    let answerMilliseconds: Double
    let createMilliseconds: Double
    let createProcessorMilliseconds: Double
    let addMilliseconds: Double
    /// Of its own, without pages of the file.
    let residentAfterOne: Int?
    let residentAfterSample: Int?
    let kernels: String
}

/// `loci-benchmarks tenant-use`: what `tenants` starts when the collections are made.
struct TenantUseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tenant-use", abstract: "Run a step of `tenants`.", shouldDisplay: false)

    @Argument var folder: String

    func run() throws {
        let settings = try JSONFile.read(TenantsCommand.Settings.self, from: "\(folder)/settings.json")
        func query(_ number: Int) throws -> [Float] {
            try TenantsCommand.vectors(number, count: 1, dimension: settings.dimension).values
        }
        let first = try query(settings.collections / 2)
        let start = ContinuousClock.now
        let database = try Database.open("\(folder)/tenants.loci")
        _ = try database.collection(TenantsCommand.name(settings.collections / 2)).search(first)
        let opened = (ContinuousClock.now - start) / .milliseconds(1)
        let residentAfterOne = ProcessUsage.ownResidentBytes
        let step = max(1, settings.collections / settings.sample)
        let answers = try (0..<min(settings.sample, settings.collections)).map { place in
            let number = place * step
            let vector = try query(number)
            return try Milliseconds {
                _ = try database.collection(TenantsCommand.name(number)).search(vector)
            }.clock
        }
        let residentAfterSample = ProcessUsage.ownResidentBytes
        let created = try (0..<settings.sample).map { place in
            try Milliseconds { _ = try database.createCollection("new-\(place)") }
        }
        let added = try (0..<settings.sample).map { place in
            let vector = try query(place)
            return try Milliseconds { try database.collection("new-\(place)").add("first", vector) }.clock
        }
        try JSONFile.write(
            TenantUse(
                openToAnswerMilliseconds: opened, answerMilliseconds: answers.median ?? 0,
                createMilliseconds: created.map(\.clock).median ?? 0,
                createProcessorMilliseconds: created.map(\.processor).median ?? 0, addMilliseconds: added.median ?? 0,
                residentAfterOne: residentAfterOne, residentAfterSample: residentAfterSample,
                kernels: Self.kernels(in: folder)),
            to: "\(folder)/use.json")
    }

    /// Of an empty database: `info` of this one would walk all collections.
    private static func kernels(in folder: String) throws -> String {
        try Database.open("\(folder)/kernels.loci").info().kernels
    }
}
