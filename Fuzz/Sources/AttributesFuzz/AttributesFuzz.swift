// Loci, Apache License 2.0.

import FuzzDriver
import Loci

/// Texts of attributes: what is taken comes back byte for byte, and its members can be read and written again; what is not is told.
private func fuzzAttributes(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: start, count: count)
    do throws(AttributesError) {
        let attributes = try Attributes(validating: bytes)
        precondition(attributes.json.utf8.elementsEqual(bytes), "\(attributes.json) is not what was given")
        guard case .object(let members)? = attributes[] else { preconditionFailure("\(attributes.json) is no object") }
        let again = try Attributes(members)
        precondition(again[] == attributes[], "\(attributes.json) became \(again.json)")
        for filter in filters { _ = filter.matches(attributes) }
    } catch {
        precondition(!error.description.isEmpty, "an error that says nothing")
    }
    return 0
}

private let filters = [
    #".a == 1 and .b ^= "x""#, #""x" in .c or .d.e > 2"#, #"exists .a.b and time("2024-01-01") < .at"#,
    ".a[0] in [1, 2]",
].compactMap { try? Filter(parsing: $0) }

@main
enum AttributesFuzz {
    static func main() { fuzz { fuzzAttributes($0, $1) } }
}
