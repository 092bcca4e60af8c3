// Loci, Apache License 2.0.

import LociJSON

extension JSONValue {
    /// The value of a line.
    ///
    /// Two members of one name are refused, since readers differ in which they see. Half of a surrogate pair becomes U+FFFD: an error could name
    /// no request, and the client would wait for ever.
    /// - Throws: `MCPError.badJSON`.
    init(message bytes: [UInt8]) throws(MCPError) {
        var rules = JSONRules()
        (rules.allowsDuplicates, rules.replacesHalfPairs) = (false, true)
        var reader = try JSONReader(bytes, rules: rules) { MCPError.badJSON(offset: $0, reason: $1) }
        self = try reader.wholeValue()
    }
}
