// Loci, Apache License 2.0.

/// The name of a namespace: whose memory it is, such as `acme/alice/assistant` for a tenant, a user and an agent.
///
/// Each namespace has tables and graphs of its own, so that a query cannot see into another one whatever it asks: there is no filter
/// that could be left out. A name is one to eight parts between slashes; a namespace has nothing to do with one whose name it begins
/// with.
public struct MemoryNamespace: Hashable, Sendable, CustomStringConvertible {
    /// The longest name, in bytes of UTF-8.
    public static let maximumBytes = 200
    /// The most parts.
    public static let maximumParts = 8

    /// The name.
    public let description: String

    /// By bytes: two ways to write an accent are two namespaces, as they are in the file.
    public static func == (left: MemoryNamespace, right: MemoryNamespace) -> Bool {
        left.description.utf8.elementsEqual(right.description.utf8)
    }

    /// By bytes, as equality is.
    public func hash(into hasher: inout Hasher) {
        for byte in description.utf8 { hasher.combine(byte) }
    }

    /// A namespace of a name.
    /// - Throws: `MemoryError.badNamespace` for a name that is empty, too long, has an empty part, more than eight parts, or control
    ///   characters.
    public init(_ name: String) throws(MemoryError) {
        func fail(_ reason: String) -> MemoryError { .badNamespace(name: String(name.prefix(64)), reason: reason) }
        guard name.utf8.count <= Self.maximumBytes else {
            throw fail("it has \(name.utf8.count) bytes, and \(Self.maximumBytes) is the limit")
        }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(where: \.isEmpty) else {
            throw fail(name.isEmpty ? "it is empty" : "a part between its slashes is empty")
        }
        guard parts.count <= Self.maximumParts else {
            throw fail("it has \(parts.count) parts, and \(Self.maximumParts) is the limit")
        }
        guard !name.unicodeScalars.contains(where: { $0.value < 32 || $0.value == 127 }) else {
            throw fail("it has control characters")
        }
        description = name
    }

    private static let prefix = "memory/"

    /// The name of the table of records, which makes the namespace.
    var recordTable: String { Self.prefix + description }

    /// The name of the collection of the units of a kind. What stands behind the last colon is no part of the namespace's name, so
    /// that no two namespaces have a collection in common.
    /// - Parameter generation: Rises when the vectors are made anew by another model.
    func collection(_ kind: UnitKind, _ generation: Int) -> String {
        "\(Self.prefix)\(description):\(kind)" + (generation == 0 ? "" : ".\(generation)")
    }

    /// The namespace of a collection of units, be it there or not; nil for a name that no memory's collection can have.
    package init?(collection name: String) {
        guard let colon = name.utf8.lastIndex(of: UInt8(ascii: ":")) else { return nil }
        let end = name[name.utf8.index(after: colon)...].split(
            separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard let kind = end.first.map(String.init), UnitKind(name: kind) != nil,
            end.count == 1 || (Int(end[1]) ?? 0) > 0
        else { return nil }
        self.init(recordTable: String(name[..<colon]))
    }

    /// The namespace of a table of records; nil if it is no memory's.
    package init?(recordTable name: String) {
        // By bytes: a name that begins with a combining mark is one character with the end of the prefix.
        guard name.utf8.starts(with: Self.prefix.utf8),
            let namespace = try? MemoryNamespace(
                String(decoding: name.utf8.dropFirst(Self.prefix.utf8.count), as: UTF8.self))
        else { return nil }
        self = namespace
    }
}
