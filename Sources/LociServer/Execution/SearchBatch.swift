// Loci, Apache License 2.0.

import Loci
import LociProtocol

/// Searches that follow each other and are alike: of one collection, with the same options, by vectors that are given as `FP32`. They
/// are made together, so that one's waits for memory are another's time.
struct SearchBatch {
    private let requests: ArraySlice<ReceivedRequest>
    private let name: String
    private let options: VectorSearchOptions?

    /// How many searches are made together.
    var count: Int { options == nil ? 0 : requests.count }

    /// The searches that the requests begin with; fewer than two if there is nothing to be made together.
    init(_ requests: ArraySlice<ReceivedRequest>, commands: CommandTable) {
        guard let (found, name, options) = Self.find(requests, commands) else {
            (self.requests, name, options) = (requests.prefix(0), "", nil)
            return
        }
        (self.requests, self.name, self.options) = (found, name, options)
    }

    private static func find(
        _ requests: ArraySlice<ReceivedRequest>, _ commands: CommandTable
    ) -> (ArraySlice<ReceivedRequest>, name: String, VectorSearchOptions)? {
        guard requests.count > 1, let first = requests.first, isSearch(first, commands),
            let options = VectorSearchOptions.ofBatch(first.arguments), let name = KeyName.existing(first.arguments, 1)
        else { return nil }
        let bytes = first.arguments.with(3) { $0.byteCount }
        let alike = requests.prefix { isAlike($0, first, vectorBytes: bytes) }
        return alike.count > 1 ? (alike, name, options) : nil
    }

    /// Whether the searches of one run can be made together with those that another begins with.
    static func canJoin(_ run: RequestRun, _ first: RequestRun, commands: CommandTable) -> Bool {
        guard !run.isTransaction, !first.isTransaction, let request = first.requests.first, isSearch(request, commands)
        else { return false }
        let bytes = request.arguments.with(3) { $0.byteCount }
        return run.requests.allSatisfy { isAlike($0, request, vectorBytes: bytes) }
    }

    private static func isSearch(_ request: ReceivedRequest, _ commands: CommandTable) -> Bool {
        guard let command = request.command else { return false }
        return commands.commands[command].name == VectorSearchCommand.name && request.arguments.count > 3
    }

    /// Whether two requests differ in their vectors alone.
    private static func isAlike(_ request: ReceivedRequest, _ first: ReceivedRequest, vectorBytes: Int) -> Bool {
        request.command == first.command && request.version == first.version
            && isAlike(request.arguments, first.arguments, vectorBytes: vectorBytes)
    }

    private static func isAlike(_ request: Arguments, _ first: Arguments, vectorBytes: Int) -> Bool {
        guard request.count == first.count else { return false }
        for index in 1..<request.count {
            if index == 3 {
                guard request.with(index, { $0.byteCount }) == vectorBytes else { return false }
            } else {
                let isEqual = request.with(index) { left in
                    first.with(index) { right in
                        left.withUnsafeBytes { left in right.withUnsafeBytes { left.elementsEqual($0) } }
                    }
                }
                guard isEqual else { return false }
            }
        }
        return true
    }

    /// Answers all requests.
    /// - Parameters:
    ///   - places: Which of the encoders gets the reply to each.
    /// - Returns: Whether it did; if not, nothing was written, and each is to be answered by itself, with its own error.
    func answer(on keyspace: CommittedKeyspace, _ places: ArraySlice<Int>, _ encoders: inout [ReplyEncoder]) -> Bool {
        guard let options else { return false }
        let begins = places.map { encoders[$0].bytes.count }
        do {
            guard try keyspace.has(name) else { return false }
            let collection = try keyspace.database.collection(name)
            guard try VectorSetNotes(collection.properties).inputDimension == nil else { return false }
            let scoring = try collection.scoring
            let results = try collection.search(
                queries: BlobVectors(requests.map(\.arguments)), options.search, threads: 1)
            for (query, place) in places.enumerated() {
                try options.write(results, query: query, scoring: scoring, of: collection, &encoders[place])
            }
            return true
        } catch {
            for (place, begin) in zip(places, begins) { encoders[place].bytes.removeSubrange(begin...) }
            return false
        }
    }
}

/// The vectors of requests, each of which has one as its third argument, read where they lie.
private struct BlobVectors: VectorSource {
    private let requests: [Arguments]
    let dimension: Int
    var count: Int { requests.count }

    init(_ requests: [Arguments]) {
        self.requests = requests
        dimension = requests.first.map { $0.with(3) { $0.byteCount / 4 } } ?? 0
    }

    func read(row: Int, into output: UnsafeMutableBufferPointer<Float>) {
        requests[row].with(3) { blob in
            blob.withUnsafeBytes { UnsafeMutableRawBufferPointer(output).copyMemory(from: $0) }
        }
    }
}
