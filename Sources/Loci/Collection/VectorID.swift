// Loci, Apache License 2.0.

import LociStorage

/// The name of a vector in its collection: any bytes, from 1 to 480.
public struct VectorID: Hashable, Sendable {
    /// The most bytes that an identifier can have.
    public static let maximumBytes = Key.maximumIdentifierBytes

    /// The most vectors that a row, which has one identifier, can have.
    public static let maximumVectors = 256

    /// The bytes.
    public let bytes: [UInt8]

    /// An identifier of these bytes.
    public init(bytes: [UInt8]) { self.bytes = bytes }

    /// An identifier of a text's UTF-8 bytes.
    public init(_ text: String) { bytes = Array(text.utf8) }

    /// The identifier of a row that was given none: its number in decimal digits.
    public init(row: Int) { self.init(String(row)) }
}

extension VectorID: ExpressibleByStringLiteral, CustomStringConvertible, Comparable {
    /// An identifier of a literal's UTF-8 bytes.
    public init(stringLiteral value: String) { self.init(value) }

    /// The bytes as text; what is not UTF-8 is shown by replacement characters.
    public var description: String { String(decoding: bytes, as: UTF8.self) }

    /// Orders by bytes.
    public static func < (left: VectorID, right: VectorID) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}
