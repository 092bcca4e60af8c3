// Loci, Apache License 2.0.

import ArgumentParser
import Foundation
import Testing

@testable import LociCommand

/// What people read, to the letter. Written anew with LOCI_UPDATE_GOLDEN=1.
@Suite struct GoldenTests {
    @Test func help() throws {
        var texts = [("root", LociCommand.helpMessage(columns: 100))]
        for verb in LociCommand.configuration.subcommands {
            let name = try #require(verb.configuration.commandName)
            texts.append((name, LociCommand.helpMessage(for: verb, columns: 100)))
        }
        #expect(texts.count == 33)
        for (name, text) in texts {
            let text = text.hasSuffix("\n") ? text : text + "\n"
            try expectGolden(text, "help-\(name).txt")
            #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 || $0.hasPrefix("USAGE: ") }, "\(name)")
        }
    }

    @Test func tables() throws {
        let folder = try Fixture.copy()
        try folder.succeed("build", "test.loci", "few, by cosine", "--from", "queries.fvecs", "--metric", "cosine")
        try expectGolden(Self.constant(folder.succeed("info", "test.loci").output), "info-database.txt")
        try expectGolden(Self.constant(folder.succeed("info", "test.loci", "points").output), "info-graph.txt")
        try expectGolden(
            Self.constant(folder.succeed("info", "test.loci", "few, by cosine").output), "info-scan.txt")
        try expectGolden(Self.constant(folder.succeed("list", "test.loci").output), "list.txt")
        try expectGolden(folder.succeed("check", "test.loci").output, "check.txt")
        let one = try folder.succeed(
            "query", "test.loci", "points", "--queries", "queries.fvecs", "--row", "3", "--k", "4", "--window", "80")
        try expectGolden(Self.constant(one.output), "query-one.txt")
        let next = try folder.succeed(
            "query", "test.loci", "points", "--queries", "queries.fvecs", "--row", "3", "--k", "4", "--window", "80",
            "--offset", "2")
        try expectGolden(Self.constant(next.output), "query-offset.txt")
        let many = try folder.succeed(
            "query", "test.loci", "points", "--queries", "queries.fvecs", "--k", "2", "--threads", "1", "--window",
            "80", "--ground-truth", "truth.ivecs")
        try expectGolden(Self.constant(many.output), "query-many.txt")
        #expect(many.error == "loci: 47 more queries are not shown; --output writes all\n")
        try folder.write((0..<30).map { "\($0 * 7)\n" }.joined(), to: "gone.txt")
        try folder.succeed("remove", "test.loci", "points", "--ids", "gone.txt")
        try expectGolden(Self.constant(folder.succeed("info", "test.loci", "points").output), "info-removed.txt")
    }

    /// Without what depends on the machine: times, sizes in pages of the file, paths, the last digits of distances.
    private static func constant(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            for name in ["speed", "latency", "file", "kernels", "size  ", "last commit"] where line.hasPrefix(name) {
                return "\(name) …"
            }
            return String(line)
                .replacing(/[0-9.]+ k?M?B( +[0-9,]+)?/) { _ in "…" }
                .replacing(/^(a vector +).*/) { "\($0.1)…" }
                .replacing(/([0-9]\.[0-9]{3})[0-9]+$/) { "\($0.1)…" }
        }.joined(separator: "\n")
    }
}
