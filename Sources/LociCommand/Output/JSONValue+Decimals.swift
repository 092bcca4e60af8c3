// Loci, Apache License 2.0.

import LociJSON

extension JSONValue {
    /// A number with so many digits after the point; null for what is none.
    static func number(_ value: Double, decimals: Int) -> JSONValue {
        value.isFinite ? .number(Format.decimal(value, places: decimals)) : .null
    }
}
