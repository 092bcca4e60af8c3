// Loci, Apache License 2.0.

import FuzzDriver
import Loci

/// Texts of filters: what is understood is printed and understood again as the same, and answers without a trap; what is not
/// is told with a place in the text. Ends the process where that does not hold.
private func fuzzFilter(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = UnsafeBufferPointer(start: start, count: count)
    let text = String(decoding: bytes, as: UTF8.self)
    do throws(AttributesError) {
        let filter = try Filter(parsing: text)
        let again = try Filter(parsing: filter.description)
        precondition(again == filter, "\(text) became \(filter)")
        for row in rows { _ = filter.matches(row) }
    } catch {
        switch error {
        case .badFilter(let fault):
            precondition(fault.position >= 0 && fault.position <= text.utf8.count, "\(text): \(error)")
        default: break
        }
        precondition(!error.description.isEmpty, "\(text): an error that says nothing")
    }
    return 0
}

private let rows: [Attributes] = [
    #"{"a": 1, "b": "text", "c": [1, "x", 2.5], "d": {"e": null, "f": true}, "at": "2024-05-01T10:00:00Z"}"#,
    #"{"a": "\u0000é\ud83d\ude00", "b": [], "c": {}, "d": -1e-300}"#, "{}",
].compactMap { try? Attributes(json: $0) }

@main
enum FilterFuzz {
    static func main() { fuzz { fuzzFilter($0, $1) } }
}
