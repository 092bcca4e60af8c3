// Loci, Apache License 2.0.

import LociStorage

/// Where a range of identifiers begins or ends, in the order of their bytes.
public enum IdentifierBound: Sendable, Equatable {
    /// With the first, or the last, that there is.
    case unbounded
    /// With this one, if it is there, or else where it would be. It need not be one that a vector can have.
    case including(VectorID)
    /// Next to this one.
    case excluding(VectorID)

    /// Whether a range that ends here has an identifier.
    func isNotBefore(_ bytes: [UInt8]) -> Bool {
        switch self {
        case .unbounded: true
        case .including(let id): !id.bytes.lexicographicallyPrecedes(bytes)
        case .excluding(let id): bytes.lexicographicallyPrecedes(id.bytes)
        }
    }

    /// Whether a range that begins here has an identifier.
    func isNotAfter(_ bytes: [UInt8]) -> Bool {
        switch self {
        case .unbounded: true
        case .including(let id): !bytes.lexicographicallyPrecedes(id.bytes)
        case .excluding(let id): id.bytes.lexicographicallyPrecedes(bytes)
        }
    }

    /// Bytes that no identifier of a range which begins here comes before.
    var lowest: ArraySlice<UInt8> {
        switch self {
        case .unbounded: []
        // Of one that is too long, all that begin with its first bytes and are no longer come before it.
        case .including(let id), .excluding(let id): id.bytes.prefix(VectorID.maximumBytes)
        }
    }
}
