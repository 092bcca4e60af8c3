// Loci, Apache License 2.0.

import Foundation
import TestSupport
import Testing

@testable import LociAttributes

@Suite struct TimestampTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("1970-01-01", 0), ("2024-05-01T10:00:00Z", 1_714_557_600),
        ("2024-05-01 10:00:00", 1_714_557_600),
        ("2024-05-01t12:30:00.25+02:30", 1_714_557_600.25), ("2024-05-01T09:00:00-01:00", 1_714_557_600),
        ("1969-12-31T23:59:59z", -1),
        ("2016-12-31T23:59:60Z", 1_483_228_800), ("0000-01-01", -62_167_219_200),
        ("9999-12-31T23:59:59Z", 253_402_300_799),
        ("2000-02-29", 951_782_400), ("2024-02-29T00:00:00.123456789Z", 1_709_164_800.123456789),
        ("1600-03-01", -11_670_912_000),
    ])
    func timesAreRead(text: String, seconds: Double) {
        #expect(Timestamp(text)?.seconds == seconds)
    }

    @Test(arguments: [
        "", "2024", "2024-05", "2024-5-1", "2024-13-01", "2024-00-01", "2024-04-31", "2023-02-29", "1900-02-29",
        "2024-05-00", "2024-05-01T",
        "2024-05-01T24:00:00Z", "2024-05-01T10:60:00Z", "2024-05-01T10:00:61Z", "2024-05-01T10:00Z",
        "2024-05-01T10:00:00.Z",
        "2024-05-01T10:00:00+2:00", "2024-05-01T10:00:00+0200", "2024-05-01T10:00:00+24:00", "2024-05-01T10:00:00Zx",
        "+2024-05-01",
        " 2024-05-01", "2024-05-01x10:00:00Z", "20240501",
    ])
    func othersAreRefused(text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test func timesAreThoseOfFoundation() throws {
        var generator = SeededGenerator()
        let formatter = ISO8601DateFormatter()
        for _ in 0..<TestSettings.iterations(2_000) {
            // From 1600 on, where the calendars agree.
            let seconds = Double(generator.below(Int(Int32.max))) * 100 - 11_000_000_000
            let text = formatter.string(from: Date(timeIntervalSince1970: seconds))
            #expect(Timestamp(text)?.seconds == seconds, "\(text), \(generator)")
        }
    }
}
