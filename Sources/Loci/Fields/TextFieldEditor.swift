// Loci, Apache License 2.0.

import LociAttributes
import LociStorage
import LociWords

/// Says how the words of a field change as the attributes do.
final class TextFieldEditor {
    /// The number of the field.
    let number: UInt16
    let lengths: DocumentLengthEditor
    private let words: FieldWords
    /// What came and went since `takeGrowth`.
    private var growth = Growth()

    struct Growth {
        /// How many documents more there are.
        var documents = 0
        /// How many words more they have.
        var words = 0
    }

    /// - Returns: `nil` for a field of another kind.
    init?(_ field: IndexedField, collection: UInt32) throws {
        guard let words = try FieldWords(field) else { return nil }
        number = field.record.number
        self.words = words
        lengths = DocumentLengthEditor(field: number, collection: collection)
    }

    /// Takes note of new attributes of a slot.
    /// - Parameters:
    ///   - old: The text that it had; `nil` for none.
    ///   - new: The text that it has now.
    ///   - body: Gets each term that changes, and where it is now; at no place where it is no more.
    /// - Throws: `WordsError`, `StorageError`.
    func note(
        _ slot: UInt32, old: RawSpan?, new: RawSpan?, in transaction: borrowing WriteTransaction,
        _ body: (_ term: [UInt8], _ positions: [UInt32]) -> Void
    ) throws {
        let oldTexts = if let old { words.texts(of: old) } else { [String]() }
        let newTexts = if let new { words.texts(of: new) } else { [String]() }
        guard oldTexts != newTexts else { return }
        let before = try words.words(of: oldTexts)
        let after = try words.words(of: newTexts)
        let oldLength = try lengths.replace(slot, by: after.length, in: transaction)
        growth.documents += (after.length > 0 ? 1 : 0) - (oldLength > 0 ? 1 : 0)
        growth.words += Int(after.length) - Int(oldLength)
        // Blocks say how short their documents are: of another length, all terms are put anew.
        let stay = before.length == after.length
        var others = before.terms[...]
        for own in after.terms {
            while let other = others.first, other.term.lexicographicallyPrecedes(own.term) {
                body(other.term, [])
                others.removeFirst()
            }
            if others.first?.term == own.term {
                let isSame = others.removeFirst().positions == own.positions
                if stay, isSame { continue }
            }
            body(own.term, own.positions)
        }
        for other in others { body(other.term, []) }
    }

    /// What came and went since this was asked last.
    func takeGrowth() -> Growth {
        defer { growth = Growth() }
        return growth
    }
}
