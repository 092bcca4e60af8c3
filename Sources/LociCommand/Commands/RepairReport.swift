// Loci, Apache License 2.0.

import Loci
import LociJSON

/// What a repair did, for people and for machines.
struct RepairReport {
    /// Vectors of a kind that people are shown at the most.
    private static let shownLimit = 10

    private let repair: DatabaseRepair

    init(_ repair: DatabaseRepair) { self.repair = repair }

    /// A JSON object, and a line break.
    var json: String {
        JSONValue.object([
            ("ok", .boolean(repair.isComplete)),
            (
                "steps",
                .array(repair.steps.map { .object([("what", .string($0.what)), ("done", .boolean($0.isDone))]) })
            ),
            ("collections", .array(repair.collections.map(Self.json))),
        ]).line + "\n"
    }

    private static func json(_ repair: CollectionRepair) -> JSONValue {
        let (outcome, why) =
            switch repair.outcome {
            case .sound: ("sound", nil as String?)
            case .repaired: ("repaired", nil)
            case .refused: ("refused", nil)
            case .impossible(let why): ("impossible", why)
            }
        return .object([
            ("collection", .string(repair.collection)), ("outcome", .string(outcome)),
            ("why", why.map { .string($0) } ?? .null), ("kept", .number(Double(repair.kept))),
            (
                "lost",
                .array(
                    repair.lost.map {
                        .object([
                            ("slot", .number(Double($0.slot))), ("id", $0.id.map { .string("\($0)") } ?? .null),
                            ("reason", .string($0.reason.rawValue)),
                        ])
                    })
            ),
            (
                "reduced",
                .array(
                    repair.reduced.map {
                        .object([
                            ("slot", .number(Double($0.slot))), ("id", .string("\($0.id)")),
                            ("loss", .string($0.loss.rawValue)),
                        ])
                    })
            ),
            (
                "lost_attributes",
                .array(
                    repair.lostAttributes.map {
                        .object([
                            ("slot", $0.slot.map { .integer($0) } ?? .null),
                            ("id", $0.id.map { .string("\($0)") } ?? .null), ("reason", .string($0.reason.rawValue)),
                        ])
                    })
            ),
            ("straying", .array(repair.straying.map { .string("\($0)") })),
            ("faults", .array(repair.faults.map { .string($0.what) })),
        ])
    }

    /// Lines for people.
    var text: String {
        if repair.isSound {
            let count = repair.collections.count
            let what = count == 1 ? "1 collection" : "\(Format.count(count)) collections"
            return "ok: nothing is wrong with \(what), and nothing was changed\n"
        }
        let lines =
            repair.steps.map { ($0.isDone ? "" : "not repaired: ") + $0.what } + repair.collections.flatMap(lines)
        return lines.map { TextWidth.printable($0) + "\n" }.joined()
    }

    private func lines(_ repair: CollectionRepair) -> [String] {
        let name = repair.collection
        let lessExact = repair.reduced.isEmpty ? "" : " (\(Format.count(repair.reduced.count)) less exact)"
        var lines: [String] = []
        switch repair.outcome {
        case .sound:
            return ["\(name): nothing is wrong, and nothing was changed"]
        case .impossible(let why):
            lines.append("\(name): not repaired: \(why)")
        case .refused:
            lines.append(
                "\(name): not repaired, since \(Self.losses(repair)) would be lost and "
                    + "\(Format.count(repair.kept)) kept\(lessExact); look for a backup, make a copy of the file, and go on "
                    + "with --drop-lost")
        case .repaired:
            let lost = repair.lost.isEmpty ? "none lost" : "\(Self.vectors(repair.lost.count)) lost"
            lines.append("\(name): repaired, \(Self.vectors(repair.kept)) kept\(lessExact), \(lost)")
        }
        lines += Self.limited(repair.faults) { "  fault: \($0.what)" }
        lines += Self.limited(repair.lost) { lost in
            let id = lost.id.map { ", \"\($0)\"" } ?? ""
            return "  lost: slot \(lost.slot)\(id): \(Self.text(lost.reason))"
        }
        lines += Self.limited(repair.reduced) { reduced in
            "  less exact: slot \(reduced.slot), \"\(reduced.id)\": \(Self.text(reduced.loss))"
        }
        lines += Self.limited(repair.lostAttributes) { lost in
            let slot = lost.slot.map { "slot \($0)" } ?? "no slot"
            let id = lost.id.map { ", \"\($0)\"" } ?? ""
            return "  lost attributes: \(slot)\(id): \(Self.text(lost.reason))"
        }
        lines += Self.limited(repair.straying) { "  an identifier without a vector: \"\($0)\"" }
        return lines
    }

    private static func limited<Element>(_ all: [Element], _ line: (Element) -> String) -> [String] {
        let lines = all.prefix(shownLimit).map(line)
        let rest = all.count - lines.count
        return rest > 0 ? lines + ["  and \(Format.count(rest)) more of these; --json lists them"] : lines
    }

    /// What would be lost, in a few words.
    private static func losses(_ repair: CollectionRepair) -> String {
        let attributes = repair.lostAttributes.count { $0.reason == .damaged }
        let ofAttributes = "the attributes of " + vectors(attributes)
        if attributes == 0 { return vectors(repair.lost.count) }
        return repair.lost.isEmpty ? ofAttributes : vectors(repair.lost.count) + " and " + ofAttributes
    }

    private static func text(_ reason: CollectionRepair.LostAttributes.Reason) -> String {
        switch reason {
        case .damaged: "they are damaged"
        case .vector: "they belong to no vector that is kept"
        }
    }

    private static func vectors(_ count: Int) -> String {
        count == 1 ? "1 vector" : "\(Format.count(count)) vectors"
    }

    private static func text(_ reason: CollectionRepair.LostVector.Reason) -> String {
        switch reason {
        case .vector: "its vector is damaged"
        case .identifier: "its identifier is not known"
        case .duplicate: "its identifier is that of another vector"
        case .uncertain: "neither its identifier is known, nor whether it held a vector"
        }
    }

    private static func text(_ loss: CollectionRepair.ReducedVector.Loss) -> String {
        switch loss {
        case .original: "its original is damaged, and it is decoded from its codes"
        case .residual: "the second level of its codes is damaged, and it is decoded from the first"
        case .originalAndResidual:
            "its original and the second level of its codes are damaged, and it is decoded from the first"
        }
    }
}
