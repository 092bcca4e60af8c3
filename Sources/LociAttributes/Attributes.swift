// Loci, Apache License 2.0.

/// The attributes of a vector: one JSON object, kept as the text that was given.
///
/// ```swift
/// let attributes = try Attributes(["title": "Solaris", "year": 1972, "tags": ["scifi", "sea"]])
/// attributes["year"]  // .number(1972)
/// ```
///
/// Two are equal when their texts are, byte by byte: `{"a":1}` and `{"a": 1}` are not. Each key of an object must be given once.
public struct Attributes: Sendable, Equatable, Hashable {
    /// The largest text, in bytes of UTF-8.
    public static let maximumBytes = 65_536
    /// How deep objects and arrays may lie in each other; the outermost object counts.
    public static let maximumDepth = 32

    /// The text, in UTF-8.
    public let utf8: [UInt8]

    /// Attributes of a text that is one JSON object.
    ///
    /// - Throws: `tooLarge`, `badJSON`, `notObject`, `tooDeep`, `duplicateKey`, `numberOutOfRange`.
    /// - Complexity: O(bytes)
    public init(json: String) throws(AttributesError) {
        try self.init(validating: json.utf8)
    }

    /// Attributes of bytes that are one JSON object in UTF-8.
    ///
    /// - Throws: `tooLarge`, `notUTF8`, `badJSON`, `notObject`, `tooDeep`, `duplicateKey`, `numberOutOfRange`.
    /// - Complexity: O(bytes)
    public init(validating utf8: some Collection<UInt8>) throws(AttributesError) {
        // Before the copy, which may be of anything.
        let count = utf8.count
        guard count <= Self.maximumBytes else { throw .tooLarge(bytes: count, limit: Self.maximumBytes) }
        let bytes = Array(utf8)
        try JSONValidator.validate(bytes.span.bytes)
        self.utf8 = bytes
    }

    /// Attributes of members, written as JSON without blanks, the keys in the order of their bytes.
    ///
    /// - Throws: `tooLarge`, `tooDeep`, `notFinite`.
    public init(_ members: [String: AttributeValue]) throws(AttributesError) {
        var writer = JSONWriter()
        try writer.append(members)
        guard writer.bytes.count <= Self.maximumBytes else {
            throw .tooLarge(bytes: writer.bytes.count, limit: Self.maximumBytes)
        }
        utf8 = writer.bytes
    }

    /// The text.
    public var json: String { String(decoding: utf8, as: UTF8.self) }

    /// The value that a path of keys leads to; nil if there is none. Without a key, all members.
    ///
    /// Keys are compared by their bytes. `attributes["author", "name"]` is the name in the object of the author.
    ///
    /// - Complexity: O(bytes)
    public subscript(path: String...) -> AttributeValue? {
        let text = utf8.span.bytes
        var position = JSONScan.skipBlanks(text, from: 0)
        for key in path {
            let bytes = Array(key.utf8)
            guard let next = JSONScan.member(text, ofObjectAt: position, key: bytes.span.bytes) else { return nil }
            position = next
        }
        return AttributeValue(text, at: position)
    }
}

extension Attributes: CustomStringConvertible {
    /// The text.
    public var description: String { json }
}
