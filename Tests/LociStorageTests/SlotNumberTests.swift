// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociStorage

@Suite struct SlotNumberTests {
    @Test func digitsAreThoseOfTheNumber() {
        var generator = SeededGenerator()
        var slots: [UInt32] = [0, .max, .max - 1]
        var power: UInt32 = 1
        for _ in 0..<10 {
            slots += [power - 1, power, power + 1]
            power &*= 10
        }
        slots += (0..<TestSettings.iterations(1000)).map { _ in
            .random(in: 0...(.max >> UInt32.random(in: 0..<32, using: &generator)), using: &generator)
        }
        for slot in slots {
            var bytes: [UInt8] = [7]
            SlotNumber.append(slot, to: &bytes)
            #expect(bytes == [7] + Array("\(slot)".utf8))
            #expect(SlotNumber.slot(of: bytes.dropFirst()) == slot)
        }
    }

    @Test(arguments: [
        "", "00", "01", "007", "-1", "+1", " 1", "1 ", "1.", "1e3", "0x1", "a", "٣", "1/", "1:", "4294967296",
        "9999999999", "00000000001", "18446744073709551617",
    ])
    func otherTextIsNoNumber(text: String) {
        #expect(SlotNumber.slot(of: text.utf8) == nil)
    }
}
