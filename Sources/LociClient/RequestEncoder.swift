// Loci, Apache License 2.0.

package import NIOCore

/// Writes requests, one after the other, as arrays of bulk strings.
///
/// A request is begun with the number of its arguments, the name of the command among them, which the calls after it write:
///
///     encoder.begin(arguments: 4)
///     encoder.argument("VSIM")
///     encoder.argument("photos")
///     encoder.argument("FP32")
///     encoder.blob(vector)
package struct RequestEncoder: Sendable {
    /// What was written.
    package private(set) var bytes: ByteBuffer
    /// The number of requests.
    package private(set) var count = 0

    /// Whether so much was written, 16 MiB, that it should be sent before more is: a buffer holds 4 GiB.
    package var isFull: Bool { bytes.readableBytes >= 16 << 20 }

    /// An encoder that has written nothing.
    package init() {
        bytes = ByteBuffer()
    }

    /// Begins a request.
    package mutating func begin(arguments: Int) {
        header(UInt8(ascii: "*"), arguments)
        count += 1
    }

    /// Writes the next argument.
    package mutating func argument(_ text: String) {
        header(UInt8(ascii: "$"), text.utf8.count)
        bytes.writeString(text)
        endLine()
    }

    /// Writes the next argument.
    package mutating func argument(_ value: [UInt8]) {
        header(UInt8(ascii: "$"), value.count)
        bytes.writeBytes(value.span.bytes)
        endLine()
    }

    /// Writes the next argument.
    package mutating func argument(_ number: Int) {
        argument(String(number))
    }

    /// Writes the next argument: a vector, as its floats of 32 bits, little-endian.
    package mutating func blob(_ vector: [Float]) {
        header(UInt8(ascii: "$"), vector.count * 4)
        #if _endian(little)
        bytes.writeBytes(vector.span.bytes)
        #else
        for value in vector { bytes.writeInteger(value.bitPattern, endianness: .little) }
        #endif
        endLine()
    }

    /// Writes a request of texts.
    package mutating func request(_ words: String...) {
        begin(arguments: words.count)
        for word in words { argument(word) }
    }

    private mutating func header(_ type: UInt8, _ number: Int) {
        bytes.writeInteger(type)
        bytes.writeString(String(number))
        endLine()
    }

    private mutating func endLine() {
        bytes.writeInteger(UInt16(0x0D0A))
    }
}
