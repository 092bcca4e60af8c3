// Loci, Apache License 2.0.

/// What can be wrong with attributes or with a filter. Positions count bytes of UTF-8 from 0.
public enum AttributesError: Error, Equatable, Sendable {
    /// The bytes are not UTF-8.
    case notUTF8(position: Int)
    /// The text is not JSON.
    case badJSON(SyntaxFault)
    /// The text is JSON, but not an object: what it is instead.
    case notObject(found: String)
    /// The text is longer than the limit, in bytes.
    case tooLarge(bytes: Int, limit: Int)
    /// Objects and arrays lie deeper in each other than the limit.
    case tooDeep(limit: Int)
    /// An object has two members of one name.
    case duplicateKey(key: String, position: Int)
    /// A number is too large for a double.
    case numberOutOfRange(number: String, position: Int)
    /// A number is infinite or not a number, for which JSON has no word; the key that leads to it.
    case notFinite(key: String)
    /// The text is not a filter.
    case badFilter(SyntaxFault)
    /// The text of a filter is longer than the limit, in bytes.
    case filterTooLong(bytes: Int, limit: Int)
    /// The parts of a filter lie deeper in each other than the limit.
    case filterTooDeep(limit: Int)
    /// A list of a filter has more elements than the limit.
    case filterListTooLong(count: Int, limit: Int)
    /// A filter looks at more fields than the limit.
    case filterTooManyFields(count: Int, limit: Int)
    /// A number of a filter is infinite or not a number, which the language of filters cannot say.
    case filterNotFinite
    /// A text of a filter should be a time and is none.
    case filterNotTime(text: String)
}
