// Loci, Apache License 2.0.

import Loci

/// A map with all that a page draws on it.
struct MapDrawing {
    /// The most bytes of codes and links that a page has to search by itself: some thirty megabytes of text, which a
    /// browser takes in within a second.
    static let graphLimit = 24_000_000
    /// How many ways of vectors of the map a page has that cannot search by itself.
    static let recordedPaths = 200

    let map: CollectionMap
    /// What points are called, in their order.
    let ids: [String]
    /// What is known of the points.
    let fields: [PointField]
    /// The field that colours the map at first.
    let colorBy: String?
    /// What a page searches by itself; nil where that is too much.
    let graph: MapGraph?
    /// Ways of searches that were recorded.
    let paths: [DrawnPath]
    /// The vectors that these touch, in the order of their slots.
    let vertices: [(id: String, point: CollectionMap.Point)]

    /// - Parameters:
    ///   - room: The bytes that graphs may still take; less by this one's.
    ///   - describe: What a point is called, and what is known of it.
    /// - Returns: nil for a collection without vectors.
    init?(
        of collection: Collection, _ inspection: CollectionInspection, _ options: MapOptions, room: inout Int,
        _ reporter: InspectionReporter,
        describe: (CollectionMap.Point) throws -> (id: String, members: [(String, AttributeValue)])
    ) throws {
        let info = inspection.info
        guard info.count > 0 else { return nil }
        let name = info.name
        let drawn = min(options.sample, info.count)
        let map = try collection.map(sample: options.sample, seed: options.seed) {
            try reporter.advance("Drawing the map", of: name, total: drawn, unit: "vectors")
        }
        self.map = map
        var members: [[(String, AttributeValue)]] = []
        var ids: [String] = []
        for point in map.points {
            let described = try describe(point)
            ids.append(described.id)
            members.append(described.members)
        }
        self.ids = ids
        fields = PointField.fields(of: members)
        if let field = options.colorBy, !fields.contains(where: { $0.name == field }) {
            throw InspectionError.noField(name: field, fields: fields.map(\.name))
        }
        colorBy = options.colorBy
        let graph = try collection.graph(of: map, limit: room)
        self.graph = graph
        if let graph { room -= graph.codes.count + 4 * graph.links.count }
        var paths = try options.queries.map { try DrawnPath(query: $0, of: collection, on: map, info) }
        if graph == nil, info.hasGraph {
            let count = min(Self.recordedPaths, map.points.count)
            for place in 0..<count {
                let point = place * map.points.count / count
                paths.append(
                    DrawnPath(
                        label: ids[point], point: point, isAsked: false,
                        place: [map.points[point].x, map.points[point].y],
                        trace: try collection.trace(slot: map.points[point].slot)))
                try reporter.advance("Recording searches", of: name, total: count, unit: "searches")
            }
        }
        self.paths = paths
        let slots = Set(paths.flatMap { $0.trace.entrySlots + $0.trace.hops.map(\.slot) + $0.trace.neighborSlots })
        vertices = try collection.points(at: slots.sorted(), on: map).map { (try describe($0).id, $0) }
    }
}

/// The way of a search that was recorded.
struct DrawnPath {
    let label: String
    /// The point that was searched for; nil for a query from elsewhere.
    let point: Int?
    /// Whether the command line asked for it.
    let isAsked: Bool
    /// Where the query is on the map.
    let place: [Float]
    let trace: SearchTrace

    init(label: String, point: Int?, isAsked: Bool, place: [Float], trace: SearchTrace) {
        (self.label, self.point, self.isAsked, self.place, self.trace) = (label, point, isAsked, place, trace)
    }

    /// The way of a query of the command line: as many numbers as the collection's vectors have, or an identifier.
    /// - Throws: `InspectionError.noQuery`; `IndexError` for numbers that cannot be searched for.
    init(query: String, of collection: Collection, on map: CollectionMap, _ info: CollectionInfo) throws {
        var vector = VectorArgument(argument: query)?.values
        if vector?.count != info.dimension { vector = try collection.get(VectorID(query)) }
        guard let vector else { throw InspectionError.noQuery(text: query, dimension: info.dimension) }
        let trace = try collection.trace(vector)
        let place = try map.place(of: vector)
        self.init(label: query, point: nil, isAsked: true, place: [place.x, place.y], trace: trace)
    }
}
