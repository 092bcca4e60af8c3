// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociJSON

/// `loci optimize`: a collection as a build of its vectors would make it.
struct OptimizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "optimize",
        abstract: "Build a collection anew from its own vectors, while it is in use.",
        discussion: """
            Learns the coding anew, links all vectors anew, gives up the slots of removed vectors, and puts near vectors near \
            each other in the file. Searches and writes go on meanwhile; what is written is carried over at the end. Until \
            then, and when it fails or is stopped, nothing is changed. The file grows by the size of the collection, which \
            'loci compact' gives back.

              loci optimize photos.loci clip
              loci optimize photos.loci clip --json && loci compact photos.loci

            --json prints the object of 'loci info' with seconds and the bytes before, bytesBefore.
            """)

    @OptionGroup var target: CollectionArguments

    @OptionGroup var threads: ThreadOptions

    @Flag(help: "Print a JSON object about the collection.")
    var json = false

    @OptionGroup var progress: ProgressOptions

    func run() throws {
        Interrupt.install()
        let start = ContinuousClock.now
        let collection = try Database.open(target.database, access: .readWrite).collection(target.collection)
        let before = try collection.info().bytes.total
        let reporter = BuildReporter(progress)
        try collection.optimize(threads: threads.count, observer: reporter)
        reporter.finish()
        let seconds = Format.seconds(ContinuousClock.now - start)
        let info = try collection.info()
        if json {
            try Console.output.write(
                CollectionReport(info).json(
                    adding: [("seconds", .number(seconds, decimals: 3)), ("bytesBefore", .number(Double(before)))]))
        } else {
            try Console.output.write(
                "optimized \(TextWidth.printable(info.name)) in \(Format.duration(seconds: seconds)): "
                    + "\(Format.bytes(info.bytes.total)) on disk, \(Format.bytes(before)) before\n")
        }
    }
}
