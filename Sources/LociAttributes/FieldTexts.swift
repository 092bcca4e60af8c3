// Loci, Apache License 2.0.

/// Finds the texts of a field in attributes: a string, or each string of an array.
package struct FieldTextReader: Sendable {
    private let program: FilterProgram

    /// - Throws: `AttributesError` for a path that filters cannot follow.
    package init(_ path: FilterPath) throws(AttributesError) {
        program = try FilterProgram(.exists(path))
    }

    /// The texts of the field, in their order; none where it is missing, or has no strings.
    ///
    /// - Parameter text: Of attributes, as it was checked when they were stored.
    /// - Complexity: O(bytes)
    package func texts(of text: RawSpan) -> [String] {
        let start = withUnsafeTemporaryAllocation(of: Int.self, capacity: program.fields.count) { offsets in
            program.locate(text, program.pool.span.bytes, offsets)
            return offsets[0]
        }
        guard start != FilterProgram.missing else { return [] }
        guard JSONKind(firstByte: text.byte(start)) == .array else { return string(text, at: start).map { [$0] } ?? [] }
        var texts: [String] = []
        var elements = JSONMembers(text, at: start)
        while elements.advance(text) {
            if let string = string(text, at: elements.value) { texts.append(string) }
        }
        return texts
    }

    private func string(_ text: RawSpan, at start: Int) -> String? {
        guard JSONKind(firstByte: text.byte(start)) == .string else { return nil }
        return JSONScan.string(text, at: start)?.decoded(text)
    }
}
