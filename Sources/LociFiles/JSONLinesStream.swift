// Loci, Apache License 2.0.

public import LociAttributes

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Vectors that come as JSON lines through a pipe or a socket, as they come.
///
/// Of what came, no more is read ahead than one read gives, and no more is held than the line under way: a stream may be
/// longer than memory, and need not end. Lines are those of a `.jsonl` file, of at most `VectorFileLimits.lineBytes`.
/// After an error there are no more rows.
public final class JSONLinesStream {
    /// A line's row.
    public struct Row: Sendable, Equatable {
        /// The number of the line, from 1.
        public let line: Int
        /// The bytes of the identifier, 1 to `VectorFileLimits.identifierBytes`, or nil when the line has none.
        public let identifier: [UInt8]?
        /// The vectors, one at least, each of any number of components.
        public let vectors: [[Float]]
        /// The attributes, or nil when the line has none.
        public let attributes: Attributes?
    }

    /// What the stream is called in messages.
    public let name: String

    private var lines: LineStream
    private let decoder = JSONDecoder()

    /// - Parameters:
    ///   - descriptor: Open for reading. It stays open.
    ///   - name: What the stream is called in messages.
    ///   - wait: Called before each read, and again when there is nothing to read yet: it may wait for input, and end the
    ///     reading by an error.
    public init(descriptor: Int32, name: String, wait: @escaping () throws -> Void) {
        self.name = name
        lines = LineStream(descriptor: descriptor, name: name, wait: wait)
    }

    /// Gives the next row when its line is whole; lines that are blank are passed over.
    ///
    /// - Returns: nil at the end of the stream, which ends a line too.
    /// - Throws: `badJSON`, `lineTooLong`, `emptyIdentifier`, `identifierTooLong`, `cannotRead`; what `wait` throws.
    /// - Complexity: O(n) in the bytes of the line.
    public func next() throws -> Row? {
        do {
            while let (line, decoded) = try lines.next({ line, bytes in
                (line, try JSONLine.decode(bytes, decoder, path: name, line: line))
            }) {
                guard let decoded else { continue }
                if let identifier = decoded.identifier {
                    try IdentifierTable.checkLength(of: identifier, path: name, line: line)
                }
                return Row(
                    line: line, identifier: decoded.identifier, vectors: decoded.vectors, attributes: decoded.attributes
                )
            }
            return nil
        } catch {
            lines.end()
            throw error
        }
    }
}
