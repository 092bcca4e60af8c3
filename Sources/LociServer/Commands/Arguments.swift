// Loci, Apache License 2.0.

import LociProtocol
import NIOCore

/// The arguments of a request where they lie in the buffer that was received; the first is the name of the command.
struct Arguments: Sendable {
    private let received: ByteBuffer
    private let request: Request

    /// - Parameter received: The bytes that the decoder found the request in.
    init(_ request: Request, in received: ByteBuffer) {
        self.request = request
        self.received = received
    }

    /// The number of arguments, with the name of the command.
    var count: Int { request.count }

    /// How many bytes the request took.
    var byteCount: Int { received.readableBytes }

    /// Lends the bytes of an argument.
    func with<Result>(_ index: Int, _ body: (RawSpan) throws -> Result) rethrows -> Result {
        try request.withArguments(in: received.readableBytesSpan) { source, ranges in
            try body(source.extracting(ranges[index]))
        }
    }

    /// A copy of an argument.
    subscript(index: Int) -> [UInt8] { with(index) { $0.copied } }

    /// An argument as text; what is not UTF-8 is replaced.
    func text(_ index: Int) -> String { with(index) { $0.text } }

    /// Whether there is an argument that is a word, in whichever case.
    func isWord(_ index: Int, _ word: StaticString) -> Bool {
        index < count && with(index) { $0.isWord(word) }
    }

    /// An argument as an integer.
    func integer(_ index: Int) -> Int? {
        index < count ? with(index) { ArgumentNumber.integer($0) }.flatMap(Int.init(exactly:)) : nil
    }

    /// An argument as a double.
    func double(_ index: Int) -> Double? {
        index < count ? with(index) { ArgumentNumber.double($0) } : nil
    }

    /// An argument as an integer within a range.
    /// - Throws: `error` for anything else.
    func integer(_ index: Int, in range: ClosedRange<Int>, else error: CommandError) throws(CommandError) -> Int {
        guard let value = integer(index), range.contains(value) else { throw error }
        return value
    }
}
