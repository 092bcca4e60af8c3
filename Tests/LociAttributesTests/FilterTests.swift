// Loci, Apache License 2.0.

import LociAttributes
import TestSupport
import Testing

/// What filters say of attributes.
@Suite struct FilterTests {
    static let film = #"""
        {"title": "Solaris", "year": 1972, "rating": 8.0, "genre": "scifi", "tags": ["sea", "planet", 7, "d\u00e9j\u00e0"],
         "seen": true, "sold": false, "sequel": null, "empty": "", "none": [], "version": "12abc", "code": " -7.5e1",
         "words": "two words\nand \"more\"", "author": {"name": "Lem", "born": {"year": 1921}, "books": ["Eden", {"x": 5}]},
         "mixed": [1, true], "nested": [[1]], "5": "five", "a-b": 3, "two words": 4, "é": 5, "zero": 0, "negative": -3,
         "at": "2024-05-01T10:00:00Z", "zone": "2024-05-01t12:00:00.5+02:00", "day": "2024-05-01", "unix": 1714557600, "k\u0031": 9}
        """#

    @Test(arguments: [
        // Comparisons of numbers and strings.
        (".year >= 1980", false), (".year >= 1972", true), (".year > 1972", false), (".year < 1973", true),
        (".year <= 1971", false), (".year == 1972", true), (".year != 1972", false), (".rating == 8", true),
        (".genre == \"scifi\"", true), (".genre == 'scifi'", true), (".genre == \"sci\"", false),
        (".genre != 'x'", true),
        (".words == 'two words\\nand \"more\"'", true), (".words == \"two words\\nand \\\"more\\\"\"", true),
        (".title == .genre", false), (".title == .title", true), (".words == .words", true), (".empty == ''", true),
        // Strings as numbers, if they are such as a whole; no order of strings.
        (".version == 12", false), ("0 == .version", true), (".version > 11", false), (".code == -75", true),
        (".title == 0", true),
        (".title < 'Z'", false), (".title <= 'A'", true), ("'10' > '9'", true), ("'0x10' == 0", true),
        ("'12345678901234567890.' == 12345678901234567890", true),
        ("' .12345678901234567890' == 0.12345678901234567890", true), ("'+5' == 5", true), ("'5 ' == 0", true),
        ("'.' == 0", true),
        ("'-' == 0", true),
        ("'1e' == 0", true), ("'1e+' == 0", true),
        (".code + 1 == -74", true),
        // Booleans are 1 and 0.
        (".seen", true), (".sold", false), (".seen == true", true), (".seen == 1", true), (".sold == false", true),
        (".sold == 0", true),
        ("true", true), ("false", false), ("true + true == 2", true), ("not .sold", true), ("!.seen", false),
        ("!!.seen", true),
        // Null.
        (".sequel == null", true), (".sequel != null", false), (".sequel == 0", false), (".sequel == ''", false),
        ("null == null", true),
        (".year != null", true), (".sequel", false), ("not .sequel", true), (".sequel + 1 == 1", true), ("null", false),
        ("null in [null]", true), ("null < 1", true),
        // Truth.
        (".year", true), (".zero", false), (".empty", false), (".title", true), (".tags", true), (".none", true),
        ("'0'", true),
        // Chains.
        (".year == 1972 and .genre == 'scifi'", true), (".year == 1972 && .genre == 'x'", false),
        (".year == 1 or .genre == 'scifi'", true), (".year == 1 || .genre == 'x'", false),
        ("1 or 0 and 0", true), ("(1 or 0) and 0", false), ("not 1 or 1", true), ("not (1 or 1)", false),
        // Not binds more strongly than comparisons.
        ("not .year == 0", true), ("not .zero == 1", true), ("!.year == 1972", false), ("not (.year == 1972)", false),
        // Arithmetic and its order.
        ("1 + 2 * 3 == 7", true), ("(1 + 2) * 3 == 9", true), ("2 ** 3 ** 2 == 512", true), ("-2 ** 2 == 4", true),
        ("10 - 3 - 2 == 5", true),
        ("7 % 4 == 3", true), ("-7 % 4 == -3", true), ("1 / 0 > 1e300", true), ("0 / 0 == 0 / 0", false),
        ("2 * 3 % 4 == 2", true),
        ("(.year - 2) / 10 == 197", true), (".year - 2 == 1970", true), (".year -2 == 1970", true),
        ("-.negative == 3", true),
        ("- - 5 == 5", true), ("--5 == 5", true), ("5 - -5 == 10", true), ("2 ** -1 == 0.5", true),
        ("-.negative ** 2 == 9", true),
        ("1 < 2 < 3", true), ("3 > 2 > 1", false), ("1 == 1 == 1", true), ("1e3 == 1000", true),
        ("1e-3 == 0.001", true), ("1E+2 == 100", true),
        // In: lists, arrays, parts of strings.
        (".genre in ['scifi', 'fantasy']", true), (".genre in ['x']", false), (".genre in []", false),
        (".year in [1, 1972]", true),
        (".year in ['1972']", true), ("'sea' in .tags", true), ("'se' in .tags", false), ("7 in .tags", true),
        ("'7' in .tags", true),
        ("'déjà' in .tags", true), ("1 in .none", false), ("'lari' in .title", true), ("'' in .title", true),
        ("'Solaris!' in .title", false),
        ("'s\\nand' in .words", true), (".title in 'Solaris and more'", true), ("1 in 1", false), ("1 in .year", false),
        ("0 in .tags", true),
        ("not ('x' in .tags)", true), (".sequel in [0]", false), (".genre in[\"scifi\"]", true), ("'a'in.title", true),
        (".tags == .tags", true), (".none == []", true), (".none == 0", false),
        (".tags == ['sea', 'planet', 7, 'déjà']", true),
        // Words need no blank.
        ("not.zero", true), ("1and 1", true), ("1and.year", true), ("0or.year", true), ("not not.year", true),
        // A field that is missing, or that is an object or a mixed array, is a mismatch of the whole.
        (".missing == 1", false), (".missing != 1", false), ("not .missing", false), (".missing", false),
        ("1 or .missing", false),
        (".missing or 1", false), ("not (.missing == 1)", false), (".author", false), ("not .author", false),
        (".mixed", false),
        ("1 in .mixed", false), (".nested", false), ("1 or .nested", false), (".missing + 1 > 0", false),
        ("'a' in .missing", false),
        // Paths.
        (".author.name == 'Lem'", true), (".author.born.year == 1921", true), (".author.died", false),
        (".title.name", false),
        (".tags[0] == 'sea'", true), (".tags[2] == 7", true), (".tags[4]", false), (".author.books[1].x == 5", true),
        (".mixed[1]", true),
        (".nested[0][0] == 1", true), (".title[0]", false), (".5 == 'five'", true), (".a-b == 3", true),
        (".\"two words\" == 4", true),
        (".'é' == 5", true), (".author.\"name\" == 'Lem'", true), (".k1 == 9", true), (".\"k1\" == 9", true),
        // Exists, and what it guards.
        ("exists .year", true), ("exists .missing", false), ("not exists .missing", true), ("exists .sequel", true),
        ("exists .author", true),
        ("exists .author.born", true), ("exists .author.died", false), ("exists .tags[3]", true),
        ("exists .tags[4]", false),
        ("not exists .missing or .missing > 3", true), ("not exists .year or .year > 2000", false),
        ("exists .missing and .missing > 3", false),
        ("(exists .missing and .missing > 3) or .year > 1", true),
        (".year > 1 or (exists .missing and .missing > 3)", true),
        (".missing > 3 or exists .year", false), ("not (exists .missing and .missing > 3) and .year", true),
        // Prefixes.
        (".title ^= 'Sol'", true), (".title ^= 'sol'", false), (".title ^= ''", true), (".title ^= 'Solaris!'", false),
        (".year ^= '19'", false),
        (".words ^= 'two words\\na'", true), ("'abc' ^= 'ab'", true), (".missing ^= 'a'", false),
        // Times.
        (".at == time(\"2024-05-01T10:00:00Z\")", true), (".at == time(\"2024-05-01T12:00:00+02:00\")", true),
        (".zone > time(\"2024-05-01T10:00:00Z\")", true), (".zone - .at == 0", true),
        (".day == time(\"2024-05-01\")", true),
        (".zone - time(\"2024-05-01T10:00:00Z\") == 0.5", true), (".unix == time(\"2024-05-01T10:00:00Z\")", true),
        (".unix < time('2024-05-01T10:00:01Z')", true), (".at >= time('2024-05-02') - 86400", true),
        (".at >= time('2024-05-02')", false),
        ("time('2024-05-02') - time('2024-05-01') == 86400", true), ("time('1970-01-01') == 0", true),
        ("time('1970-01-01')", false),
        (".title < time('2024-05-01')", false), ("not (.title < time('2024-05-01'))", false),
        (".sequel == time('2024-05-01')", false),
        (".sequel != time('2024-05-01')", true), ("(.at in [1]) == 0", true),
        ("time('2024-05-01') in ['x', '2024-05-01']", true),
        (".unix - time('2024-05-01T09:00:00Z') == 3600", true),
    ])
    func matches(text: String, expected: Bool) throws {
        let filter = try Filter(parsing: text)
        let film = try Attributes(json: Self.film)
        #expect(filter.matches(film) == expected)
        let again = try Filter(parsing: filter.description)
        #expect(again == filter, "\(filter)")
        #expect(again.matches(film) == expected, "\(filter)")
    }

    /// Long lists are sorted for the search; what is found must not change.
    @Test func longListsAreSearched() throws {
        var generator = SeededGenerator()
        for count in [1, 8, 9, 10, 100, 1_000] {
            let numbers = (0..<count).map { _ in Double(generator.below(3_000)) / 2 - 700 }
            let strings = (0..<count).map { _ in generator.string() + "\(generator.below(500))" }
            let mixed = (0..<count).map { $0 % 2 == 0 ? FilterLiteral.number(numbers[$0]) : .string(strings[$0]) }
            let ofNumbers = try Filter(.field("a").in(numbers.map { .number($0) }))
            let ofStrings = try Filter(.field("a").in(strings.map { .string($0) }))
            let ofBoth = try Filter(.field("a").in(mixed))
            for round in 0..<200 {
                let index = generator.below(count)
                let number = round % 2 == 0 ? numbers[index] : Double(generator.below(1_000))
                #expect(
                    try ofNumbers.matches(Attributes(["a": .number(number)])) == numbers.contains(number),
                    "\(generator)")
                let string = round % 2 == 0 ? strings[index] : "\(generator.below(500))"
                #expect(
                    try ofStrings.matches(Attributes(["a": .string(string)])) == strings.contains(string),
                    "\(generator)")
                if index % 2 == 0 {
                    #expect(try ofBoth.matches(Attributes(["a": .number(numbers[index])])), "\(generator)")
                    #expect(try ofNumbers.matches(Attributes(["a": .string("\(numbers[index])")])), "\(generator)")
                } else {
                    #expect(try ofBoth.matches(Attributes(["a": .string(strings[index])])), "\(generator)")
                }
            }
        }
    }

    @Test func filtersArePrintedWithFewParentheses() throws {
        for (text, printed) in [
            (".a>=1&&.b in['x',\"y\"]||!(.c)", #".a >= 1 and .b in ["x", "y"] or not .c"#),
            ("((.a and (.b and .c)) or (.d or .e))", ".a and .b and .c or .d or .e"),
            ("(.a or .b) and .c", "(.a or .b) and .c"),
            ("(1 - 2) - (3 - 4)", "1 - 2 - (3 - 4)"),
            ("(2 ** 3) ** (2 ** 2)", "(2 ** 3) ** 2 ** 2"),
            ("not (not (.a == 1))", "not not (.a == 1)"),
            ("-(.a) + -(3)", "-.a + -3"),
            (".'a b'.c[3].''", #"."a b".c[3]."""#),
            ("time('2024-05-01') < 1e21", #"time("2024-05-01") < 1e+21"#),
            ("'\\q\\'\\n\t'", #""q'\n\t""#),
            ("(1 < 2) < (3 < 4)", "1 < 2 < (3 < 4)"),
        ] {
            #expect(try Filter(parsing: text).description == printed)
            #expect(try Filter(parsing: printed).description == printed)
        }
    }

    @Test func filtersArePutTogetherInSwift() throws {
        let cases: [(FilterTerm, String)] = [
            (
                .field("year") >= 1980 && .field("genre").in(["scifi", 3, nil, true]),
                #".year >= 1980 and .genre in ["scifi", 3, null, true]"#
            ),
            (
                !(.field("author", "name").exists) || .field("title").hasPrefix("Sol"),
                #"not exists .author.name or .title ^= "Sol""#
            ),
            (.field("tags", 0) == "sea" && .field("tags").contains("sea"), #".tags[0] == "sea" and "sea" in .tags"#),
            (
                (.field("a") + 1) * 2 - -.field("b") / 3 % 4 != 0.5 && .field("c").power(2) > 1,
                "(.a + 1) * 2 - -.b / 3 % 4 != 0.5 and .c ** 2 > 1"
            ),
            (.field("at") < .time("2024-05-01") || .field("at") <= 5, #".at < time("2024-05-01") or .at <= 5"#),
            (.all([.field("a") == nil, .any([.field("b") == true, false])]), ".a == null and (.b == true or false)"),
            (.all([]), "true"), (.any([]), "false"), (.all([.field("a")]), ".a"),
        ]
        for (term, text) in cases {
            let filter = try Filter(term)
            #expect(filter.description == text)
            #expect(try filter == Filter(parsing: text))
        }
    }

    @Test func limitsAreKept() throws {
        let deep = AttributesError.filterTooDeep(limit: Filter.maximumDepth)
        for (levels, fits) in [(63, true), (64, false), (60_000, false)] {
            for text in [
                String(repeating: "!", count: levels) + "1",
                "1" + String(repeating: "+1", count: levels / 2) + String(repeating: "+1", count: levels - levels / 2),
                (0..<levels).map { _ in "2**" }.joined() + "2",
            ] where text.utf8.count <= Filter.maximumBytes {
                if fits {
                    let filter = try Filter(parsing: text)
                    #expect(try Filter(parsing: filter.description) == filter)
                } else {
                    #expect(throws: deep) { try Filter(parsing: text) }
                }
            }
        }
        for levels in [200, 30_000] {
            let text = String(repeating: "(", count: levels) + "1" + String(repeating: ")", count: levels)
            #expect(throws: deep) { try Filter(parsing: text) }
        }
        #expect(throws: Never.self) {
            try Filter(parsing: String(repeating: "(", count: 64) + "1" + String(repeating: ")", count: 64))
        }
        var term = FilterTerm.field("a")
        for _ in 0..<100_000 { term = !term }
        #expect(throws: deep) { try Filter(term) }

        // Chains are not deep.
        let chain = (0..<3_000).map { ".a == \($0)" }.joined(separator: " or ")
        #expect(try Filter(parsing: chain).matches(Attributes(["a": 2_999])))

        #expect(throws: AttributesError.filterTooLong(bytes: 65_537, limit: 65_536)) {
            try Filter(parsing: "1" + String(repeating: " ", count: 65_536))
        }
        #expect(throws: Never.self) { try Filter(parsing: "1" + String(repeating: " ", count: 65_535)) }
        let list = { (count: Int) in ".a in [" + (0..<count).map(String.init).joined(separator: ",") + "]" }
        #expect(try Filter(parsing: list(4_096)).matches(Attributes(["a": 4_095])))
        #expect(throws: AttributesError.filterListTooLong(count: 4_097, limit: 4_096)) {
            try Filter(parsing: list(4_097))
        }
        let fields = { (count: Int) in (0..<count).map { ".f\($0) == 1" }.joined(separator: " and ") }
        let members = Dictionary(uniqueKeysWithValues: (0..<64).map { ("f\($0)", AttributeValue.number(1)) })
        #expect(try Filter(parsing: fields(64) + " and .f1").matches(Attributes(members)))
        #expect(throws: AttributesError.filterTooManyFields(count: 65, limit: 64)) { try Filter(parsing: fields(65)) }

        #expect(throws: AttributesError.filterNotFinite) { try Filter(.field("a") < FilterTerm(.number(.infinity))) }
        #expect(throws: AttributesError.filterNotFinite) { try Filter(.field("a").in([.number(.nan)])) }
        #expect(throws: AttributesError.filterNotTime(text: "soon")) { try Filter(.field("a") < .time("soon") && true) }
        #expect(throws: AttributesError.self) { try Filter((FilterTerm.field("a") + 1).exists) }
    }
}
