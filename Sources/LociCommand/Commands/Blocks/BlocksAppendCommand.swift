// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociFiles
import LociJSON
import LociMemory

/// `loci blocks append`: members to streams.
struct BlocksAppendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "append",
        abstract: "Append members to streams of a store of blocks.",
        discussion: """
            --from takes lines of JSON, from a file or from standard input, a member each:

              {"stream": "monday", "text": "Alice: My sister Ana moved to Porto.", "vector": […]}

            Without a vector a model makes it. --vectors takes the vectors of one stream's members from a file, with any \
            payload of theirs in another, of which each gets an equal share:

              loci blocks append agent.loci keys --stream chat --vectors tokens.npy --payload tokens.kv --tensors 32x128:float16

            The database and the store are made if they are missing; what a store is made with it keeps.
            """)

    @OptionGroup var target: BlockStoreArguments

    @Option(
        help: ArgumentHelp("Lines of JSON: a file, or - for standard input.", valueName: "file"), completion: .file())
    var from: String?

    @Option(help: ArgumentHelp("Vectors of the members, a row each.", valueName: "file"), completion: .file())
    var vectors: String?

    @Option(help: ArgumentHelp("The payload of the members, all in one file.", valueName: "file"), completion: .file())
    var payload: String?

    @Option(help: ArgumentHelp("The stream, of --vectors and of lines that name none.", valueName: "name"))
    var stream = MemberLine.defaultStream

    @Option(help: ArgumentHelp("How many members are committed together.", valueName: "N"))
    var batch = 4_096

    @OptionGroup var making: BlockMakingOptions

    @OptionGroup var model: ModelOptions

    @OptionGroup var report: ReportOptions

    func validate() throws {
        guard (from == nil) != (vectors == nil) else { throw ValidationError("give either --from or --vectors") }
        if payload != nil, vectors == nil { throw ValidationError("--payload needs --vectors") }
        try Allowed.check("--batch", batch, in: 1...BlockStore.maximumMembersPerCall)
        _ = try making.configuration()
    }

    func run() throws {
        Interrupt.install()
        let configuration = try making.configuration()
        var input: any MemberInput
        if let vectors {
            input = try VectorMembers(VectorFile.open(vectors), stream: stream, payload: payload)
        } else {
            input = try LineMembers(from: from ?? InputLines.standardInput, stream: stream)
        }
        // Before there is a file: input that fails at once leaves none.
        guard var parts = try input.next(batch) else { return report.progress.note("there are no members") }
        let isGiven = vectors != nil || parts.allSatisfy { !$0.members.vectors.isEmpty }
        var (members, blocks): (Int, Set<UInt32>) = (0, [])
        let bar = report.progress.bar("Appending", total: input.total, unit: "members")
        try Database.create(at: target.database) { database in
            let store = try target.store(in: database, model, given: isGiven, configuration)
            while true {
                let batch = parts
                for appended in try AsynchronousWork.run({ try await store.append(batch) }) {
                    members += appended.positions.count
                    blocks.formUnion(appended.blocks)
                }
                bar.update(to: members)
                try Interrupted.check()
                guard let next = try input.next(self.batch) else { break }
                parts = next
            }
        }
        bar.finish()
        if report.json {
            let result = JSONValue.object([("members", .integer(members)), ("blocks", .integer(blocks.count))])
            return try Console.output.write(result.line + "\n")
        }
        try Console.output.write(
            "appended \(Format.count(members)) members, which are in \(Format.count(blocks.count)) blocks of "
                + "\(TextWidth.printable(target.store))\n")
    }
}

/// How a new store is made.
struct BlockMakingOptions: ParsableArguments {
    @Option(name: .customLong("block"), help: ArgumentHelp("Members of a block, for a new store.", valueName: "N"))
    var blockSize = 16

    @Option(
        help: ArgumentHelp(
            "The landmarks of a new store: mean, segments:N, received:N or cover:N.", valueName: "policy"))
    var landmarks = "segments:4"

    @Option(
        help: ArgumentHelp("How a new store keeps vectors of members: none, float16 or float32.", valueName: "kind"))
    var memberVectors = "float16"

    @Option(
        help: ArgumentHelp(
            "The payload of a new store is keys and values: heads x numbers, and float16 or lvq8, as 32x128:float16.",
            valueName: "form"))
    var tensors: String?

    @Option(help: ArgumentHelp("A new store keeps so many bytes at most, and evicts blocks.", valueName: "bytes"))
    var byteLimit: Int?

    @Option(
        help: ArgumentHelp(
            "What a new store evicts first: lru, or mass:0.1, by attention of which each opening leaves the share.",
            valueName: "policy"))
    var eviction = "lru"

    @Option(help: ArgumentHelp("How landmarks of a new store are compared: cosine or ip.", valueName: "metric"))
    var metric = Choice(Metric.cosine)

    @Option(help: ArgumentHelp("How landmarks of a new store are coded.", valueName: "kind"))
    var quantization = Choice(Quantization.standard)

    /// - Throws: `ValidationError`.
    func configuration() throws -> BlockConfiguration {
        var configuration = BlockConfiguration()
        let given: [(part: BlockConfiguration.Part, text: String?, name: String)] = [
            (.blockSize, "\(blockSize)", "--block"), (.landmarks, landmarks, "--landmarks"),
            (.memberVectors, memberVectors, "--member-vectors"), (.tensors, tensors, "--tensors"),
            (.byteLimit, byteLimit.map { "\($0)" }, "--byte-limit"), (.eviction, eviction, "--eviction"),
            (.metric, "\(metric.value)", "--metric"), (.quantization, "\(quantization.value)", "--quantization"),
        ]
        do {
            for (part, text, name) in given {
                if let text { try configuration.set(part, to: text, name: name) }
            }
        } catch {
            throw ValidationError("\(error)")
        }
        guard configuration.landmarks != .given else {
            throw ValidationError("--landmarks is given; the command line cannot give any: choose another policy")
        }
        return configuration
    }
}
