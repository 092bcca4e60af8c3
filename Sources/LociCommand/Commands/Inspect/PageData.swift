// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociJSON
import LociMemory

/// What a page is made of, as JSON that its scripts read.
struct PageData {
    private let findings: InspectionFindings

    init(_ findings: InspectionFindings) { self.findings = findings }

    func json(_ blobs: inout PageBlobs) -> JSONValue {
        var subjects: [JSONValue] = []
        for collection in findings.collections {
            subjects.append(
                .object([("kind", "collection"), ("name", .string(collection.name))] + members(collection, &blobs)))
        }
        for memory in findings.memories {
            let turns = memory.turns.map { members($0, &blobs) } ?? []
            subjects.append(
                .object(
                    [("kind", "memory"), ("name", .string(memory.namespace))] + turns + [("memory", json(of: memory))]))
        }
        return .object([
            ("version", .string(LociCommand.configuration.version)), ("path", .string(findings.path)),
            ("bytes", .integer(findings.bytes)), ("commit", .integer(findings.commit)), ("seed", findings.seed),
            ("graph_limit", .integer(MapDrawing.graphLimit)), ("subjects", .array(subjects)),
        ])
    }

    private func members(_ collection: CollectionFindings, _ blobs: inout PageBlobs) -> [(String, JSONValue)] {
        var members = InspectionReport(collection.inspection).members
        members.append(("summary", .string(CollectionReport(collection.inspection.info).summary)))
        guard let drawing = collection.drawing else { return members }
        members.append(("map", map(drawing, &blobs)))
        if let graph = drawing.graph { members.append(("graph_data", json(of: graph, drawing, &blobs))) }
        members.append(("paths", paths(drawing, &blobs)))
        return members
    }

    private func map(_ drawing: MapDrawing, _ blobs: inout PageBlobs) -> JSONValue {
        let points = drawing.map.points
        var fields: [JSONValue] = []
        for field in drawing.fields {
            var members: [(String, JSONValue)] = [("name", .string(field.name))]
            switch field.values {
            case .numbers(let numbers): members.append(("numbers", blobs.add(numbers)))
            case .texts(let texts, let places):
                members += [("texts", .array(texts.map { .string($0) })), ("places", blobs.add(places))]
            }
            fields.append(.object(members))
        }
        return .object([
            ("total", .integer(drawing.map.count)), ("ids", .array(drawing.ids.map { .string($0) })),
            ("x", blobs.add(points.map(\.x))), ("y", blobs.add(points.map(\.y))),
            ("shares", .array(drawing.map.shares.map { .number($0, decimals: 4) })),
            ("color_by", drawing.colorBy.map { .string($0) } ?? .null), ("fields", .array(fields)),
        ])
    }

    private func json(of graph: MapGraph, _ drawing: MapDrawing, _ blobs: inout PageBlobs) -> JSONValue {
        let plane = drawing.map.plane
        return .object([
            ("codes", blobs.add(graph.codes)), ("lows", blobs.add(graph.lows)), ("steps", blobs.add(graph.steps)),
            ("ends", blobs.add(graph.ends)), ("links", blobs.add(graph.links)), ("entries", blobs.add(graph.entries)),
            ("mean", blobs.add(plane.mean)), ("first", blobs.add(plane.directions[0])),
            ("second", blobs.add(plane.directions[1])),
        ])
    }

    /// Recorded ways: vectors that they touch in one table, which hops name by their places.
    private func paths(_ drawing: MapDrawing, _ blobs: inout PageBlobs) -> JSONValue {
        let points = drawing.vertices.map(\.point)
        let numbers = Dictionary(uniqueKeysWithValues: points.enumerated().map { ($1.slot, $0) })
        var known: [UInt32: Int] = [:]
        if !points.isEmpty { for (place, point) in drawing.map.points.enumerated() { known[point.slot] = place } }
        func number(_ slot: UInt32) -> JSONValue { numbers[slot].map { .integer($0) } ?? .null }
        let recorded = drawing.paths.map { path -> JSONValue in
            .object([
                ("label", .string(path.label)), ("point", path.point.map { .integer($0) } ?? .null),
                ("asked", .boolean(path.isAsked)), ("x", .float(path.place[0])), ("y", .float(path.place[1])),
                ("entries", .array(path.trace.entrySlots.map(number))),
                (
                    "hops",
                    .array(
                        path.trace.hops.map {
                            .array([
                                number($0.slot), .integer($0.origin ?? -1), .float($0.distance), .integer($0.met),
                            ])
                        })
                ),
                (
                    "found",
                    .array(
                        zip(path.trace.neighborSlots, path.trace.neighbors).map {
                            .array([number($0), .float($1.distance)])
                        })
                ), ("measured", .integer(path.trace.explanation.measured)), ("window", .integer(path.trace.window)),
            ])
        }
        return .object([
            (
                "vertices",
                .object([
                    ("ids", .array(drawing.vertices.map { .string($0.id) })),
                    ("x", blobs.add(points.map(\.x))), ("y", blobs.add(points.map(\.y))),
                    ("points", .array(points.map { .integer(known[$0.slot] ?? -1) })),
                ])
            ), ("recorded", .array(recorded)),
        ])
    }

    private func json(of memory: MemoryFindings) -> JSONValue {
        let info = memory.inspection.info
        let edges = memory.inspection.edges.map { edge -> JSONValue in
            .array([.string("\(edge.older)"), .string("\(edge.newer)"), .float(edge.weight)])
        }
        let recalls = memory.recalls.map { answered -> JSONValue in
            .object([
                ("question", .string(answered.question)),
                ("place", answered.place.map { .array($0.map(JSONValue.float)) } ?? .null),
                ("answer", MemoryReport.json(answered.recall)),
            ])
        }
        let stages = RecallStage.allCases.map { ("\($0)", JSONValue.string($0.summary)) }
        return .object(
            memory.members.filter { $0.0 != "turns" && $0.0 != "namespace" } + [
                ("edges", .array(edges)), ("edge_count", .integer(info.edges)), ("recalls", .array(recalls)),
                ("stages", .object(stages)),
            ])
    }
}
