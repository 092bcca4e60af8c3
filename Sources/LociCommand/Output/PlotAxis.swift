// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One axis of a plot: which values it spans, how they are spread over it, and where its ticks are.
struct PlotAxis {
    /// How values are spread.
    enum Scale: Equatable {
        case linear
        case logarithmic
        /// −log₁₀(1 − x + floor): opens up towards 1, where 0.99 and 0.999 differ as 0.9 and 0.99 do. The floor is what
        /// gives 1 itself a place.
        case nearOne(floor: Double)
    }

    let scale: Scale
    let lowest: Double
    let highest: Double
    /// The values that have a tick, in ascending order.
    let ticks: [Double]

    /// Where a value lies: 0 at the lowest, 1 at the highest.
    func position(_ value: Double) -> Double {
        let low = spread(lowest)
        let high = spread(highest)
        guard high > low else { return 0.5 }
        return min(1, max(0, (spread(value) - low) / (high - low)))
    }

    private func spread(_ value: Double) -> Double {
        switch scale {
        case .linear: value
        case .logarithmic: log10(value)
        case .nearOne(let floor): -log10(1 - value + floor)
        }
    }

    // MARK: Recall

    /// Values of an axis that opens up near 1, the most wanted as ticks first.
    private static let nearOneSteps: [[Double]] = [
        [1, 0.9, 0.99, 0.999, 0.9999], [0.8, 0.95, 0.995, 0.9995], [0.7, 0.98, 0.998, 0.9998], [0.85, 0.97, 0.6, 0.5],
    ]

    /// An axis for recalls, each from 0 to 1, drawn so many pixels wide.
    ///
    /// High recalls, all 0.7 or more and some 0.95 or more, get the scale that opens up near 1.
    static func recall(_ values: [Double], pixels: Double) -> PlotAxis {
        guard let least = values.min(), let most = values.max() else {
            return linear(from: 0, to: 1, pixels: pixels)
        }
        guard least >= 0.7, most >= 0.95 else { return linear(from: least, to: most, pixels: pixels) }
        // Half of the smallest distance to 1, so that a recall of 1 lies a little beyond the next lower one.
        let nearest = values.map { 1 - $0 }.filter { $0 > 1e-9 }.min() ?? 0.001
        let floor = min(0.01, max(0.00005, nearest / 2))
        let steps = nearOneSteps.joined().filter { $0 == 1 || 1 - $0 >= floor * 0.999 }.sorted()
        var low = steps.lastIndex { $0 <= least } ?? 0
        var high = steps.firstIndex { $0 >= most } ?? steps.count - 1
        // A few equal recalls still get an axis that can be read.
        while high - low < 3, low > 0 || high < steps.count - 1 {
            if high < steps.count - 1 { high += 1 }
            if high - low < 3, low > 0 { low -= 1 }
        }
        let axis = PlotAxis(scale: .nearOne(floor: floor), lowest: steps[low], highest: steps[high], ticks: [])
        var ticks = [axis.lowest, axis.highest]
        for step in nearOneSteps.joined() where steps[low...high].contains(step) {
            let isFree = ticks.allSatisfy { abs(axis.position($0) - axis.position(step)) * pixels >= 46 }
            if isFree { ticks.append(step) }
        }
        return PlotAxis(scale: axis.scale, lowest: axis.lowest, highest: axis.highest, ticks: ticks.sorted())
    }

    private static func linear(from least: Double, to most: Double, pixels: Double) -> PlotAxis {
        // Counted in thousandths: whole numbers, so that ticks are exact.
        let steps = [1, 2, 5, 10, 20, 50, 100, 200]
        let wanted = max(3, Int(pixels / 70))
        var low = 0
        var high = 1000
        var chosen = 200
        for step in steps {
            low = Int((least * 1000 + 1e-6).rounded(.down)) / step * step
            high = min(1000, (Int((most * 1000 - 1e-6).rounded(.up)) + step - 1) / step * step)
            if high - low < 2 * step {
                high = min(1000, high + step)
                low = max(0, high - 2 * step)
            }
            chosen = step
            if (high - low) / step <= wanted { break }
        }
        let ticks = stride(from: low, through: high, by: chosen).map { Double($0) / 1000 }
        return PlotAxis(scale: .linear, lowest: Double(low) / 1000, highest: Double(high) / 1000, ticks: ticks)
    }

    /// A recall as a tick shows it: `0.90`, `0.995`, `1.00`.
    static func recallLabel(_ value: Double) -> String {
        var text = Format.decimal(value, places: 5)
        while text.hasSuffix("0"), text.count > 4 { text.removeLast() }
        return text
    }

    // MARK: Rates

    /// A logarithmic axis for numbers greater than 0, with ticks at 1, 2 and 5 times the powers of ten.
    ///
    /// A span of less than a decade gets more ticks, one of many decades only the powers.
    static func logarithmic(_ values: [Double]) -> PlotAxis {
        guard let least = values.min(), let most = values.max() else {
            return PlotAxis(scale: .logarithmic, lowest: 1, highest: 10, ticks: [1, 2, 5, 10])
        }
        // A little room, so that no mark lies on the frame; more of it around values that are nearly equal, as small
        // differences should not look like large ones.
        let room = most / least < 1.5 ? 1.6 : 1.06
        let bottom = least / room
        let top = most * room
        let coarse = [1.0, 2, 5]
        let lowest = step(atMost: bottom, coarse)
        let highest = step(atLeast: top, coarse)
        let decades = log10(highest) - log10(lowest)
        if decades <= 1.05 {
            let fine = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9]
            let low = step(atMost: bottom, fine)
            let high = step(atLeast: top, fine)
            return PlotAxis(scale: .logarithmic, lowest: low, highest: high, ticks: sequence(low, high, fine))
        }
        if decades > 4.5 {
            let low = step(atMost: bottom, [1])
            let high = step(atLeast: top, [1])
            return PlotAxis(scale: .logarithmic, lowest: low, highest: high, ticks: sequence(low, high, [1]))
        }
        return PlotAxis(
            scale: .logarithmic, lowest: lowest, highest: highest, ticks: sequence(lowest, highest, coarse))
    }

    /// The largest of the steps in any decade that is not above the value.
    private static func step(atMost value: Double, _ steps: [Double]) -> Double {
        let power = powerOfTen(below: value)
        return (steps.last { $0 * power <= value } ?? steps[0]) * power
    }

    /// The smallest of the steps in any decade that is not below the value.
    private static func step(atLeast value: Double, _ steps: [Double]) -> Double {
        let power = powerOfTen(below: value)
        return (steps.first { $0 * power >= value } ?? 10) * power
    }

    private static func sequence(_ low: Double, _ high: Double, _ steps: [Double]) -> [Double] {
        var result: [Double] = []
        var power = powerOfTen(below: low)
        while power <= high {
            for step in steps where step * power >= low * 0.999 && step * power <= high * 1.001 {
                result.append(step * power)
            }
            power *= 10
        }
        return result
    }

    /// The largest power of ten that is not above the value, which is kept within what anyone can measure.
    private static func powerOfTen(below value: Double) -> Double {
        var power = 1e-6
        while power * 10 <= value * 1.000001, power < 1e12 { power *= 10 }
        // Powers below one collect the error of many multiplications; rounding them takes it away.
        return power >= 1 ? power.rounded() : 1 / (1 / power).rounded()
    }

    /// A rate as a tick shows it: `0.5`, `20`, `50,000`.
    static func rateLabel(_ value: Double) -> String {
        if value >= 10, value < 1e15 { return Format.count(Int(value.rounded())) }
        var text = Format.decimal(value, places: 7)
        while text.hasSuffix("0") { text.removeLast() }
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }
}
