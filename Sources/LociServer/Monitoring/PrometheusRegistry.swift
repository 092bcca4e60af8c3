// Loci, Apache License 2.0.

import CoreMetrics
import Synchronization

/// Metrics of one server, told in the text format of Prometheus
/// (https://prometheus.io/docs/instrumenting/exposition_formats/, version 0.0.4). Times are histograms in seconds.
final class PrometheusRegistry: MetricsFactory {
    private struct Key: Hashable {
        let label: String
        let dimensions: String
    }

    private enum Kind: String {
        case counter, gauge, histogram
    }

    private struct Entry {
        let kind: Kind
        let value: any PrometheusValue
    }

    private let entries = Mutex<[Key: Entry]>([:])

    func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        entry(label, dimensions, .counter, PrometheusNumber.init)
    }

    func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        entry(label, dimensions, .counter, PrometheusNumber.init)
    }

    func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        entry(label, dimensions, .gauge, PrometheusNumber.init)
    }

    func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        aggregate
            ? entry(label, dimensions, .histogram, PrometheusHistogram.init)
            : entry(label, dimensions, .gauge, PrometheusNumber.init)
    }

    func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        entry(label, dimensions, .histogram, PrometheusHistogram.init)
    }

    func destroyCounter(_ handler: any CounterHandler) { forget(handler) }
    func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { forget(handler) }
    func destroyMeter(_ handler: any MeterHandler) { forget(handler) }
    func destroyRecorder(_ handler: any RecorderHandler) { forget(handler) }
    func destroyTimer(_ handler: any TimerHandler) { forget(handler) }

    private func forget(_ handler: AnyObject) {
        entries.withLock { entries in entries = entries.filter { $0.value.value !== handler } }
    }

    private func entry<Value: PrometheusValue>(
        _ label: String, _ dimensions: [(String, String)], _ kind: Kind, _ make: () -> Value
    ) -> Value {
        let key = Key(label: label, dimensions: Self.text(dimensions))
        return entries.withLock { entries in
            if let known = entries[key]?.value as? Value { return known }
            let value = make()
            entries[key] = Entry(kind: kind, value: value)
            return value
        }
    }

    private static func text(_ dimensions: [(String, String)]) -> String {
        dimensions.map { name, value in
            let escaped = value.map { character -> String in
                switch character {
                case "\\": "\\\\"
                case "\"": "\\\""
                case "\n": "\\n"
                default: String(character)
                }
            }.joined()
            return "\(name)=\"\(escaped)\""
        }.joined(separator: ",")
    }

    /// All metrics, in the order of their names.
    var text: String {
        let entries = entries.withLock { $0 }.sorted {
            ($0.key.label, $0.key.dimensions) < ($1.key.label, $1.key.dimensions)
        }
        var text = ""
        var last = ""
        for (key, entry) in entries {
            if key.label != last { text += "# TYPE \(key.label) \(entry.kind.rawValue)\n" }
            last = key.label
            entry.value.append(to: &text, label: key.label, dimensions: key.dimensions)
        }
        return text
    }
}

/// Something that a registry tells.
private protocol PrometheusValue: AnyObject, Sendable {
    func append(to text: inout String, label: String, dimensions: String)
}

/// A number that is counted up, or set.
private final class PrometheusNumber: PrometheusValue, CounterHandler, FloatingPointCounterHandler, MeterHandler,
    RecorderHandler
{
    private let value = Mutex(0.0)

    func increment(by amount: Int64) { value.withLock { $0 += Double(amount) } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func set(_ number: Int64) { value.withLock { $0 = Double(number) } }
    func set(_ number: Double) { value.withLock { $0 = number } }
    func record(_ number: Int64) { set(number) }
    func record(_ number: Double) { set(number) }
    func reset() { value.withLock { $0 = 0 } }

    func append(to text: inout String, label: String, dimensions: String) {
        text +=
            label + (dimensions.isEmpty ? "" : "{\(dimensions)}") + " \(PrometheusText.number(value.withLock { $0 }))\n"
    }
}

/// How often times, or other numbers, were at most so large.
private final class PrometheusHistogram: PrometheusValue, TimerHandler, RecorderHandler {
    /// From 25 µs, which a small search takes, to 10 s, in steps of about two.
    private static let bounds = [
        25e-6, 50e-6, 100e-6, 250e-6, 500e-6, 1e-3, 2.5e-3, 5e-3, 10e-3, 25e-3, 50e-3, 100e-3, 250e-3, 500e-3, 1, 2.5,
        5, 10,
    ]

    private struct State {
        var counts = [UInt64](repeating: 0, count: bounds.count + 1)
        var sum = 0.0
    }

    private let state = Mutex(State())

    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
    func record(_ number: Int64) { record(Double(number)) }

    func record(_ number: Double) {
        let place = Self.bounds.firstIndex { number <= $0 } ?? Self.bounds.count
        state.withLock { state in
            state.counts[place] += 1
            state.sum += number
        }
    }

    func append(to text: inout String, label: String, dimensions: String) {
        let state = state.withLock { $0 }
        let prefix = dimensions.isEmpty ? "" : dimensions + ","
        var total: UInt64 = 0
        for (place, count) in state.counts.enumerated() {
            total += count
            let bound = place < Self.bounds.count ? PrometheusText.number(Self.bounds[place]) : "+Inf"
            text += "\(label)_bucket{\(prefix)le=\"\(bound)\"} \(total)\n"
        }
        let suffix = dimensions.isEmpty ? "" : "{\(dimensions)}"
        text += "\(label)_sum\(suffix) \(PrometheusText.number(state.sum))\n\(label)_count\(suffix) \(total)\n"
    }
}

private enum PrometheusText {
    static func number(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e15 ? String(Int64(value)) : "\(value)"
    }
}
