// Loci, Apache License 2.0.

import LociIndex
import TestSupport
import Testing

@testable import Loci

@Suite struct WriteModelTests {
    /// Collections that are scanned: every change moves slots.
    @Test func smallCollectionsHoldWhatTheyWereGiven() throws {
        let configurations: [CollectionConfiguration] = [
            .quick(.l2, .lvq4x8), .quick(.cosine, .lvq4x8), .quick(.ip, .float32), .quick(.l2, .float16),
            .quick(.cosine, .lvq8, .float32), .quick(.l2, .lvq4x8, .float16),
        ]
        var model = WriteModel(configurations, largestBatch: 60, generator: SeededGenerator())
        try run(&model, transactions: 400, comparing: 20)
    }

    /// Collections that grow beyond what is scanned: vectors are linked, taken out, and their slots used again.
    @Test(arguments: [
        CollectionConfiguration.quick(.l2, .lvq4x8), .quick(.cosine, .lvq8), .quick(.ip, .lvq4x8),
        .quick(.l2, .float32),
    ])
    func graphsHoldWhatTheyWereGiven(configuration: CollectionConfiguration) throws {
        var model = WriteModel([configuration], largestBatch: 1_500, generator: SeededGenerator())
        try run(&model, transactions: 60, comparing: 6)
    }

    private func run(_ model: inout WriteModel, transactions: Int, comparing period: Int) throws {
        let folder = try TemporaryFolder()
        var database = try Database.open(folder.database)
        for number in 1...transactions {
            try model.transact(database)
            guard number % period == 0 else { continue }
            try model.compare(database)
            if Int.random(in: 0..<3, using: &model.generator) == 0 {
                try model.optimize(database)
                try model.compare(database)
            }
            // Sometimes opened anew, so that nothing is known but what the file says.
            if Bool.random(using: &model.generator) {
                database = try Database.open(folder.file("elsewhere.loci"))
                database = try Database.open(folder.database)
                try model.compare(database)
            }
        }
    }
}
