// Loci, Apache License 2.0.

import LociAttributes
import TestSupport
import Testing

/// What is no filter, and what is said of it.
@Suite struct FilterSyntaxTests {
    @Test(arguments: [
        ("", "at byte 0 a value is expected", 0),
        (".year >=", "at byte 8 a value is expected", 8),
        (".year = 1", "at byte 6 = is not known: write ==", 6),
        (".year <> 1", "at byte 6 <> is not known: write !=", 6),
        (".year === 1", "at byte 6 === is not known: write ==", 6),
        (".a AND .b", "at byte 3 AND is not known: write and", 3),
        (".a & .b", "at byte 3 & is not known: write and", 3),
        ("year > 1", "at byte 0 no word of the language begins: write fields with a point before them", 0),
        (".a .b", "at byte 3 an operator is expected", 3),
        (".a [0]", "at byte 3 an operator is expected", 3),
        ("(.a", "at byte 3 an operator or ) is expected", 3),
        (".a)", "at byte 2 a parenthesis closes that was not opened", 2),
        (".a in [1", "at byte 8 a comma or ] is expected", 8),
        (".a in [1 2]", "at byte 9 a comma or ] is expected", 9),
        (".a in [1,]", "at byte 9 a number or a string is expected", 9),
        (".a in [[1]]", "at byte 7 a number or a string is expected", 7),
        (".a in [.b]", "at byte 7 a number or a string is expected", 7),
        ("\"abc", "at byte 0 a string begins that does not end", 0),
        (".a == 'x\\'", "at byte 6 a string begins that does not end", 6),
        (". == 1", "at byte 1 the name of a field is expected", 1),
        (".a. == 1", "at byte 3 the name of a field is expected", 3),
        (".a[x]", "at byte 3 the number of an element is expected", 3),
        (".a[1000000]", "at byte 3 the number of an element is expected", 3),
        ("1e999 < 1", "at byte 0 a number begins that does not fit a double", 0),
        ("exists 1", "at byte 7 a field is expected after exists", 7),
        ("time 1", "at byte 5 a parenthesis is expected after time", 5),
        ("time(1)", "at byte 5 a time in quotation marks is expected", 5),
        ("time('2024-13-01')", "at byte 5 a time is expected, such as", 5),
        ("time('2024-05-01'", "at byte 17 a closing parenthesis is expected", 17),
        ("1 +* 2", "at byte 3 a value is expected", 3),
        ("1 ? 2", "at byte 2 no part of a filter begins", 2),
        ("not", "at byte 3 a value is expected", 3),
        ("12abc", "at byte 2 no word of the language begins", 2),
        (".é", "at byte 1 the name of a field is expected", 1),
    ])
    func faultsAreShown(text: String, reason: String, position: Int) throws {
        let error = try #require(throws: AttributesError.self) { try Filter(parsing: text) }
        guard case .badFilter(let fault) = error else { throw TestFailure("\(error)") }
        #expect(error.description.contains(reason))
        #expect(fault.position == position)
    }

    @Test func faultsHaveACaret() throws {
        let error = try #require(throws: AttributesError.self) { try Filter(parsing: ".naïve == 1 and .year = 2") }
        #expect(
            error.description == """
                the filter is not understood: at byte 3 no part of a filter begins; correct it
                  .naïve == 1 and .year = 2
                     ^
                """)
        let other = try #require(throws: AttributesError.self) { try Filter(parsing: "\"naïve\"\n== 1 and .year = 2") }
        #expect(
            other.description == """
                the filter is not understood: at byte 24 = is not known: write ==; correct it
                  "naïve" == 1 and .year = 2
                                         ^
                """)
    }
}
