// Loci, Apache License 2.0.

extension Attributes {
    /// The attributes that are a member of a JSON object, as they stand there; nil if it has no such member, or `null` there.
    ///
    /// - Parameters:
    ///   - key: of the member.
    ///   - text: a JSON object in UTF-8; of any other text nothing is found, or what it has is refused.
    /// - Throws: as `init(validating:)`, with positions in the member.
    /// - Complexity: O(bytes of the object)
    package init?(member key: StaticString, of text: RawSpan) throws(AttributesError) {
        let name = Array("\(key)".utf8)
        let start = JSONScan.skipBlanks(text, from: 0)
        guard let value = JSONScan.member(text, ofObjectAt: start, key: name.span.bytes),
            let end = JSONScan.end(text, ofValueAt: value)
        else { return nil }
        let member = text.extracting(value..<end).withUnsafeBytes { [UInt8]($0) }
        if member.elementsEqual("null".utf8) { return nil }
        try self.init(validating: member)
    }
}
