// Loci, Apache License 2.0.

import FuzzDriver
import Loci

/// Texts of queries for words: what is understood is printed and understood again as the same.
private func fuzzWordQuery(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    do throws(WordsError) {
        let query = try WordQuery(parsing: text)
        let again = try WordQuery(parsing: query.description)
        precondition(again == query, "\(text) became \(query)")
    } catch {
        precondition(!error.description.isEmpty, "\(text): an error that says nothing")
    }
    return 0
}

@main
enum WordQueryFuzz {
    static func main() { fuzz { fuzzWordQuery($0, $1) } }
}
