// Loci, Apache License 2.0.

import Loci
import LociMemory
import LociText

/// What is to be drawn of a subject on a page.
struct MapOptions {
    let sample: Int
    let seed: UInt64
    let colorBy: String?
    /// Vectors or identifiers.
    let queries: [String]
    let questions: [String]
}

/// Looks into what a command line names.
struct Inspector {
    let database: Database
    let options: InspectionOptions
    let reporter: InspectionReporter

    /// What is found, all of one moment.
    /// - Parameters:
    ///   - name: Of a collection or a namespace; nil for all.
    ///   - map: What is drawn; nil for nothing.
    ///   - model: Makes vectors of questions.
    func findings(
        _ name: String?, in view: DatabaseView, map: MapOptions?, model: ModelOptions
    ) throws -> InspectionFindings {
        var found = InspectionFindings(
            path: database.path, bytes: try database.bytes, commit: view.commit, options: options, map: map)
        let store = MemoryStore(database, embedder: nil)
        // Together they may take so much, as a page does.
        var room = MapDrawing.graphLimit
        guard let name else {
            let namespaces = try store.namespaces()
            for name in try view.collectionNames() where !Self.isPart(name, of: namespaces) {
                found.collections.append(try look(into: view.collection(name), map: map, room: &room))
            }
            for namespace in namespaces {
                let memory = try store.memory(namespace.description)
                found.memories.append(try look(into: memory, in: view, map: map, model: model, room: &room))
            }
            return found
        }
        if let memory = try memory(name, in: store, unless: view.hasCollection(name)) {
            found.memories.append(try look(into: memory, in: view, map: map, model: model, room: &room))
        } else {
            if map?.questions.isEmpty == false {
                throw InspectionError.noMemory(name: name, option: "--question")
            }
            found.collections.append(try look(into: view.collection(name), map: map, room: &room))
        }
        return found
    }

    /// Whether a collection has units of one of the memories, with which it is shown.
    private static func isPart(_ name: String, of namespaces: [MemoryNamespace]) -> Bool {
        MemoryNamespace(collection: name).map(namespaces.contains) ?? false
    }

    /// The memory of a name, if there is one, and no collection.
    private func memory(_ name: String, in store: MemoryStore, unless isCollection: Bool) throws -> Memory? {
        guard !isCollection, let memory = try? store.memory(name), try memory.exists else { return nil }
        return memory
    }

    private func look(into collection: Collection, map: MapOptions?, room: inout Int) throws -> CollectionFindings {
        let inspection = try inspect(collection, named: collection.name)
        let drawing = try map.flatMap { map in
            try MapDrawing(of: collection, inspection, map, room: &room, reporter) { point in
                ("\(point.id)", point.attributes.flatMap { PointField.members(of: $0) } ?? [])
            }
        }
        return CollectionFindings(name: collection.name, inspection: inspection, drawing: drawing)
    }

    private func inspect(_ collection: Collection, named name: String) throws -> CollectionInspection {
        let total = min(options.queries, try collection.count)
        return try collection.inspect(options) { try reporter.advance($0, of: name, total: total) }
    }

    private func look(
        into memory: Memory, in view: DatabaseView, map: MapOptions?, model: ModelOptions, room: inout Int
    ) throws -> MemoryFindings {
        let name = memory.namespace.description
        let memory = memory.at(view)
        var turns: CollectionFindings?
        if let collection = try memory.collection(.turn, in: view) {
            let inspection = try inspect(collection, named: name)
            let drawing = try map.flatMap { map in
                try MapDrawing(of: collection, inspection, map, room: &room, reporter) { point in
                    let id = UnitID(.turn, point.id)
                    return (
                        id.map { "\($0)" } ?? "\(point.id)",
                        try id.flatMap { try memory.unit($0) }.map { PointField.members(of: $0) } ?? []
                    )
                }
            }
            turns = CollectionFindings(name: collection.name, inspection: inspection, drawing: drawing)
        }
        return MemoryFindings(
            namespace: name, inspection: try memory.inspect(seed: options.seed), turns: turns,
            recalls: try map?.questions.map { question in
                let answered = try answer(question, memory, in: view, model: model)
                let place = try answered.vector.flatMap { try turns?.drawing?.map.place(of: $0) }
                return AnsweredQuestion(question: question, recall: answered.recall, place: place.map { [$0.x, $0.y] })
            } ?? [])
    }

    /// What a question recalls, and its vector where a model makes one.
    private func answer(
        _ question: String, _ memory: Memory, in view: DatabaseView, model: ModelOptions
    ) throws -> (recall: Recall, vector: [Float]?) {
        let namespace = memory.namespace.description
        let isGiven = try memory.model == MemoryStore.givenModel && model.model == nil
        let embedder = isGiven ? nil : try model.embedder(for: namespace, in: database)
        let store = MemoryStore(database, embedder: embedder)
        let asked = try store.memory(namespace).at(view)
        return try AsynchronousWork.run {
            let vector = try await embedder?.checkedVectors(of: [question]).first
            return (try await asked.recall(question, vector: vector), vector)
        }
    }
}

/// What keeps an inspection from being made.
enum InspectionError: Error, Equatable, CustomStringConvertible {
    /// An option that only a memory has.
    case noMemory(name: String, option: String)
    /// A query that is neither a vector of the dimension nor an identifier.
    case noQuery(text: String, dimension: Int)
    /// A field that no attributes have.
    case noField(name: String, fields: [String])

    var description: String {
        switch self {
        case .noMemory(let name, let option):
            "\(option) is of a memory, and \"\(name)\" is a collection; name a memory, as 'loci memory list' shows them"
        case .noQuery(let text, let dimension):
            "--query \"\(String(text.prefix(60)))\" is neither \(dimension) numbers nor an identifier of the collection; "
                + "give one of these"
        case .noField(let name, let fields):
            "--color-by \"\(name)\" is no field of the vectors on the map; "
                + (fields.isEmpty ? "they have no attributes" : "there are \(fields.joined(separator: ", "))")
        }
    }
}
