// Loci, Apache License 2.0.

import ArgumentParser

/// A number that may be given in thousands or millions: 32000, 32K, 64M.
enum ScaledNumber {
    private static let limit = 10_000_000_000

    /// - Throws: `ValidationError`.
    static func parse(_ option: String, _ text: String) throws -> Int {
        let factor = text.hasSuffix("M") ? 1_000_000 : text.hasSuffix("K") ? 1_000 : 1
        guard let number = Int(factor == 1 ? text : String(text.dropLast())), (1...limit / factor).contains(number)
        else {
            throw ValidationError("\(option) is \(text); write a number such as 32000, 32K or 64M")
        }
        return number * factor
    }
}

/// A share that may be given in percent: 2.5% or 0.025.
enum ShareOption {
    /// - Throws: `ValidationError`.
    static func parse(_ option: String, _ text: String) throws -> Double {
        let isPercent = text.hasSuffix("%")
        guard let share = Double(isPercent ? String(text.dropLast()) : text).map({ isPercent ? $0 / 100 : $0 }),
            share > 0,
            share <= 1
        else { throw ValidationError("\(option) is \(text); write a share such as 2.5% or 0.025") }
        return share
    }
}
