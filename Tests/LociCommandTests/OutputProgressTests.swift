// Loci, Apache License 2.0.

import Synchronization
import Testing

@testable import LociCommand

/// A terminal that keeps what is written, and whose clock goes only when it is told to.
private final class FakeTerminal: Sendable {
    private let state: Mutex<(text: [String], time: Duration, columns: Int)>

    init(columns: Int = 80) {
        state = Mutex(([], .seconds(1000), columns))
    }

    var written: [String] { state.withLock { $0.text } }
    func wait(_ time: Duration) { state.withLock { $0.time += time } }
    func resize(_ columns: Int) { state.withLock { $0.columns = columns } }

    func surface(isVisible: Bool = true) -> ProgressBar.Surface {
        ProgressBar.Surface(
            isVisible: isVisible, columns: { self.state.withLock { $0.columns } },
            now: { self.state.withLock { $0.time } }, write: { text in self.state.withLock { $0.text.append(text) } })
    }
}

@Suite struct OutputProgressTests {
    @Test func wholeLife() {
        let terminal = FakeTerminal(columns: 101)
        let bar = ProgressBar("Building graph", total: 60_000, unit: "vectors", on: terminal.surface())
        terminal.wait(.milliseconds(99))
        bar.advance(by: 200)
        terminal.wait(.milliseconds(1))
        bar.advance()
        terminal.wait(.milliseconds(7900))
        bar.update(to: 31_200)
        terminal.wait(.milliseconds(8600))
        bar.advance(by: 28_800)
        bar.finish()
        bar.advance()
        bar.finish()
        #expect(
            terminal.written == [
                "\rBuilding graph ▕                              ▏    0 %       0/60,000\u{1B}[K",
                "\rBuilding graph ▕                              ▏    0 %     201/60,000    2,010/s\u{1B}[K",
                "\rBuilding graph ▕███████████████▌              ▏   52 %  31,200/60,000    3,900/s  7 s left\u{1B}[K",
                "\rBuilding graph ▕██████████████████████████████▏  100 %  60,000/60,000    3,584/s\u{1B}[K",
                "\r\u{1B}[KBuilding graph: 60,000 vectors in 16.6 s (3,614/s)\n",
            ])
    }

    @Test func nothingWhereNobodyLooks() {
        let terminal = FakeTerminal()
        let bar = ProgressBar("Work", total: 10, unit: "steps", on: terminal.surface(isVisible: false))
        terminal.wait(.seconds(1))
        bar.advance(by: 5)
        bar.update(to: 7)
        bar.finish()
        bar.abandon()
        #expect(terminal.written == [])
    }

    @Test func abandonedBarLeavesItsLine() {
        let terminal = FakeTerminal(columns: 40)
        do {
            let bar = ProgressBar("Work", total: 10, unit: "steps", on: terminal.surface())
            terminal.wait(.seconds(1))
            bar.advance()
        }
        #expect(terminal.written.count == 3)
        #expect(terminal.written.last == "\n")

        let bar = ProgressBar("Work", total: 10, unit: "steps", on: terminal.surface())
        bar.abandon()
        bar.finish()
        #expect(terminal.written.count == 5)
    }

    @Test func widthFollowsTheTerminal() {
        let terminal = FakeTerminal(columns: 100)
        let bar = ProgressBar("Work", total: 10, unit: "steps", on: terminal.surface())
        terminal.resize(20)
        terminal.wait(.seconds(1))
        bar.update(to: 5)
        #expect(terminal.written.last == "\rWork   50 %\u{1B}[K")
        bar.finish()
        #expect(terminal.written.last == "\r\u{1B}[KWork: 5 steps in 1…\n")
    }

    @Test func rateForgetsTheFarPast() {
        let terminal = FakeTerminal(columns: 101)
        let bar = ProgressBar("Work", total: 1_000_000, unit: "steps", on: terminal.surface())
        // A minute at 1,000 a second, then a minute at 100.
        for second in 1...120 {
            terminal.wait(.seconds(1))
            bar.advance(by: second <= 60 ? 1000 : 100)
            if second == 60 { #expect(terminal.written.last?.contains("1,000/s") == true) }
        }
        // 100 + 900 · (14/15)⁶⁰
        #expect(terminal.written.last?.contains(" 114/s") == true)
    }

    @Test func manyThreads() async {
        let terminal = FakeTerminal()
        let bar = ProgressBar("Work", total: 80_000, unit: "steps", on: terminal.surface())
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<10_000 {
                        terminal.wait(.microseconds(10))
                        bar.advance()
                    }
                }
            }
        }
        bar.finish()
        // 0.8 s of the terminal's clock: at most one drawing each tenth, the first, and the last line.
        #expect(terminal.written.count <= 10)
        #expect(terminal.written.last?.contains("80,000 steps in 800 ms") == true)
    }

    private func line(_ columns: Int, done: Int = 31_200, total: Int? = 60_000, elapsed: Double = 8) -> String {
        ProgressLine(
            title: "Building graph", done: done, total: total, rate: elapsed > 0 ? Double(done) / elapsed : 0,
            elapsed: elapsed
        ).rendered(columns: columns)
    }

    @Test func narrowTerminals() {
        #expect(line(79) == "Building graph ▕███████    ▏   52 %  31,200/60,000    3,900/s  7 s left".replacingBar(14))
        #expect(line(72) == "Building graph ▕█████▏   52 %  31,200/60,000  7 s left".replacingBar(18))
        #expect(line(50) == "Building graph ▕█████▏   52 %  7 s left".replacingBar(11))
        #expect(line(40) == "Building graph ▕█████▏   52 %".replacingBar(16))
        #expect(line(30) == "Building graph   52 %")
        #expect(line(19) == "Building gr…   52 %")
        #expect(line(5) == " 52 %")
        #expect(line(3) == " 5…")
        #expect(line(0) == "")
    }

    @Test func noLineIsTooWide() {
        for columns in 0...140 {
            for done in [0, 1, 59_999, 60_000, 70_000, Int.max] {
                for total in [nil, 0, 60_000, Int.max] {
                    let text = line(columns, done: done, total: total, elapsed: 100)
                    #expect(TextWidth.columns(text) <= columns, "\(columns) \(done) \(String(describing: total))")
                }
            }
        }
    }

    @Test func edges() {
        // 100 % is shown when all is done, not before; work of no units is done.
        #expect(line(40, done: 59_999).hasSuffix(" 99 %"))
        #expect(line(40, done: 60_000).hasSuffix("100 %"))
        #expect(line(40, done: 60_001).hasSuffix("100 %"))
        #expect(line(40, done: 0, total: 0).hasSuffix("100 %"))
        #expect(line(40, done: -5).hasSuffix("  0 %"))
        // Work that is not done never has no time left.
        #expect(line(79, done: 59_999).hasSuffix("1 s left"))
        // Without a total there is no bar.
        #expect(line(79, total: nil) == "Building graph  31,200    3,900/s  8 s")
        #expect(line(30, total: nil) == "Building graph  31,200")
    }
}

extension String {
    /// The line with its bar drawn anew at 52 % and so many cells wide.
    fileprivate func replacingBar(_ width: Int) -> String {
        let eighths = width * 8 * 52 / 100
        let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
        let cells = String(repeating: "█", count: eighths / 8) + part
        let bar = cells + String(repeating: " ", count: width - cells.count)
        guard let start = firstIndex(of: "▕"), let end = lastIndex(of: "▏") else { return self }
        return String(self[...start]) + bar + String(self[end...])
    }
}
