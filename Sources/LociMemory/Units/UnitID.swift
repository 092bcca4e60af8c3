// Loci, Apache License 2.0.

package import Loci

/// The identifier of a memory unit in its namespace: its kind, the number of its session, and its place there.
///
/// As text `t12.34`: the turn 34 of session 12. Neighbours in a conversation are neighbours in number, so that a recall finds them
/// without reading anything. A number is never given twice.
public struct UnitID: Hashable, Sendable, Comparable {
    /// The granularity.
    public let kind: UnitKind
    /// The number of the session in the namespace, from 1.
    public let session: UInt32
    /// The place among the units of its kind in the session, from 1.
    public let ordinal: UInt32

    /// An identifier of its parts.
    public init(kind: UnitKind, session: UInt32, ordinal: UInt32) {
        (self.kind, self.session, self.ordinal) = (kind, session, ordinal)
    }

    /// In the order of sessions, and of units in each.
    public static func < (left: UnitID, right: UnitID) -> Bool {
        (left.session, left.ordinal, left.kind.rawValue) < (right.session, right.ordinal, right.kind.rawValue)
    }

    /// The identifier in the collection of its kind: session and ordinal, big-endian, so that their order is that of the bytes.
    var vectorID: VectorID { VectorID(bytes: placeBytes) }

    private var placeBytes: [UInt8] { session.bigEndianBytes + ordinal.bigEndianBytes }

    /// The bytes in keys of records: the kind before the place.
    var bytes: [UInt8] { [kind.rawValue] + placeBytes }

    /// Bytes of ``bytes``.
    static let byteCount = 9

    /// The identifier of a unit in the collection of its kind; nil for one that no unit has.
    package init?(_ kind: UnitKind, _ id: VectorID) {
        guard id.bytes.count == 8 else { return nil }
        self.init(kind: kind, session: UInt32(bigEndian: id.bytes[..<4]), ordinal: UInt32(bigEndian: id.bytes[4...]))
    }

    init?(bytes: some Swift.Collection<UInt8>) {
        let bytes = Array(bytes)
        guard bytes.count == Self.byteCount, let kind = UnitKind(rawValue: bytes[0]) else { return nil }
        self.init(kind: kind, session: UInt32(bigEndian: bytes[1..<5]), ordinal: UInt32(bigEndian: bytes[5...]))
    }
}

extension UnitID: LosslessStringConvertible {
    /// The text, such as `t12.34`.
    public var description: String { "\(Unicode.Scalar(kind.letter))\(session).\(ordinal)" }

    /// The identifier of a text; nil if it is none.
    public init?(_ description: String) {
        guard let kind = UnitKind.allCases.first(where: { $0.letter == description.utf8.first }) else { return nil }
        let parts = description.utf8.dropFirst().split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 2, let session = Self.number(parts[0]), let ordinal = Self.number(parts[1]) else {
            return nil
        }
        self.init(kind: kind, session: session, ordinal: ordinal)
    }

    /// A number that is written in the one way: from 1, without a sign and zeros before it.
    private static func number(_ digits: Substring.UTF8View.SubSequence) -> UInt32? {
        guard let first = digits.first, first != UInt8(ascii: "0"), first != UInt8(ascii: "+") else { return nil }
        return UInt32(String(decoding: digits, as: UTF8.self))
    }
}

extension UInt32 {
    var bigEndianBytes: [UInt8] { Swift.withUnsafeBytes(of: bigEndian) { Array($0) } }

    /// The number of up to four bytes, the most significant first.
    init(bigEndian bytes: some Sequence<UInt8>) {
        self = bytes.reduce(0) { $0 << 8 | UInt32($1) }
    }
}
