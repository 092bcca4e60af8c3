// Loci, Apache License 2.0.

/// What can be wrong with vectors and parameters that are given to an index.
public enum IndexError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A flat array whose length is not a multiple of the dimension.
    case shape(values: Int, dimension: Int)
    /// A row that does not exist.
    case rowOutOfRange(row: Int, count: Int)
    /// A dimension that is out of limits.
    case dimension(found: Int, limit: Int)
    /// A vector of another dimension than the collection's.
    case dimensionMismatch(found: Int, expected: Int)
    /// A component that is not a number, or infinite.
    case notFinite(row: Int?, component: Int)
    /// A component whose magnitude passes the limit.
    case tooLarge(row: Int?, component: Int, limit: Float)
    /// A vector so much farther from the collection's mean than those that it was learned from, that codes cannot tell.
    case tooFar(row: Int?, reach: Float, limit: Float)
    /// A vector of length zero, which has no direction, under the cosine metric.
    case zeroVector(row: Int?)
    /// No vectors to build from.
    case empty
    /// More vectors than slots can number.
    case tooManyVectors(count: Int, limit: Int)
    /// A parameter of the build or search that is out of its range.
    case parameter(name: String, value: String, allowed: String)
    /// A record of the index that points where nothing is.
    case corrupt(String)
    /// The work was stopped on request.
    case cancelled

    /// One line: what is wrong, and what to do.
    public var description: String {
        switch self {
        case .shape(let values, let dimension):
            "\(values) values are not whole vectors of dimension \(dimension); give a multiple of the dimension"
        case .rowOutOfRange(let row, let count):
            "row \(row) does not exist: there are \(count) rows, numbered from 0"
        case .dimension(let found, let limit):
            "dimension \(found) is out of range; it must be from 1 to \(limit)"
        case .dimensionMismatch(let found, let expected):
            "the vector has dimension \(found), but the collection's is \(expected); give vectors of dimension \(expected)"
        case .notFinite(let row, let component):
            "\(Self.name(row)) holds NaN or infinity at component \(component); remove or repair it"
        case .tooLarge(let row, let component, let limit):
            "\(Self.name(row)) holds a value beyond ±\(limit) at component \(component); scale the vectors down"
        case .tooFar(let row, let reach, let limit):
            "\(Self.name(row)) lies too far from the others for the collection's codes, \(reach / limit) times as far as they "
                + "reach; build the collection anew with it"
        case .zeroVector(let row):
            "\(Self.name(row)) is all zeros, which has no direction under the cosine metric; remove it or use l2"
        case .empty:
            "there are no vectors to build from"
        case .tooManyVectors(let count, let limit):
            "\(count) vectors are more than the limit of \(limit) a collection; split them over several collections"
        case .parameter(let name, let value, let allowed):
            "\(name) is \(value), but must be \(allowed)"
        case .corrupt(let what):
            "the index is damaged: \(what); run `loci check` and rebuild the collection"
        case .cancelled:
            "stopped on request; nothing was changed"
        }
    }

    private static func name(_ row: Int?) -> String {
        row.map { "the vector of row \($0)" } ?? "the vector"
    }
}
