// Loci, Apache License 2.0.

import LociText
import NIOHTTP1
import Testing

@testable import LociEndpoint

@Suite struct EndpointEmbedderTests {
    @Test func vectorsComeInTheOrderOfTextsAndOfUnitLength() async throws {
        let server = try ScriptedEndpoint { _ in
            .send(Fixture.answer([(1, "0, 2"), (0, "3, -4")]))
        }
        let embedder = try EndpointEmbedder(server.url, model: "m", dimension: 2, Fixture.options())
        #expect(embedder.model.identifier == "http:m@2")
        #expect(embedder.model.dimension == 2)
        #expect(try await embedder.embed(["one", "two"]) == [[0.6, -0.8], [0, 1]])
        let request = try #require(server.requests.first)
        #expect(request.uri == "/v1/embeddings")
        #expect(request.body == #"{"encoding_format":"float","input":["one","two"],"model":"m"}"#)
        #expect(request.headers["Authorization"].isEmpty)
        #expect(request.headers["Content-Type"] == ["application/json"])
    }

    @Test func vectorsWithoutNumbersKeepTheOrder() async throws {
        let server = try ScriptedEndpoint { _ in .send(#"{"data":[{"embedding":[1,0]},{"embedding":[0,1]}]}"#) }
        let embedder = try EndpointEmbedder(server.url, model: "m", dimension: 2, Fixture.options())
        #expect(try await embedder.embed(["one", "two"]) == [[1, 0], [0, 1]])
    }

    @Test func theDimensionIsLearned() async throws {
        let server = try ScriptedEndpoint { _ in .send(Fixture.answer("1,2,2")) }
        let embedder = try await EndpointEmbedder.open(server.url, model: "nomic:v1", Fixture.options())
        #expect(embedder.model == EmbeddingModel(identifier: "http:nomic:v1@3", dimension: 3))
        #expect(server.requests.count == 1)
        // A dimension that is given costs no request.
        _ = try await EndpointEmbedder.open(server.url, model: "m", dimension: 3, Fixture.options())
        #expect(server.requests.count == 1)
    }

    @Test func textsGoInBatchesAndEmptyOnesNotAtAll() async throws {
        let server = try ScriptedEndpoint { request in
            // The vector says which text it is of: its length in letters a.
            let texts = request.body.split(separator: "\"").filter { $0.allSatisfy { $0 == "a" } }
            return .send(Fixture.answer(texts.enumerated().map { ($0.offset, "\($0.element.count), 1") }))
        }
        let embedder = try EndpointEmbedder(server.url, model: "m", dimension: 2, batch: 2, Fixture.options())
        let vectors = try await embedder.embed(["a", "", "aa", " \n", "aaa"])
        #expect(server.requests.count == 2)
        #expect(vectors[1] == UnitVector.placeholder(dimension: 2))
        #expect(vectors[3] == UnitVector.placeholder(dimension: 2))
        #expect([0, 2, 4].map { (vectors[$0][0] / vectors[$0][1]).rounded() } == [1, 2, 3])
        #expect(try await embedder.embed([]).isEmpty)
        #expect(server.requests.count == 2)
    }

    @Test func manyBytesAreSeveralRequests() async throws {
        let server = try ScriptedEndpoint { _ in .send(Fixture.answer("1,0")) }
        let embedder = try EndpointEmbedder(server.url, model: "m", dimension: 2, Fixture.options())
        let long = String(repeating: "a", count: 600_000)
        #expect(try await embedder.embed([long, long]).count == 2)
        #expect(server.requests.count == 2)
        await #expect(throws: TextError.textTooLong(index: 1, bytes: 1_200_000, limit: 1 << 20)) {
            try await embedder.embed(["a", long + long])
        }
        #expect(server.requests.count == 2)
    }

    // MARK: Answers that cannot be used

    @Test func answersThatAreNotWhatWasAskedForAreRefused() async throws {
        func failure(_ answer: String) async throws -> EndpointError? {
            try await Fixture.failure(.send(answer))
        }
        #expect(try await failure(Fixture.answer("1,0")) == .wrongCount(model: "m", vectors: 1, texts: 2))
        #expect(
            try await failure(Fixture.answer("1,0", "1,0", "1,0")) == .wrongCount(model: "m", vectors: 3, texts: 2))
        #expect(
            try await failure(Fixture.answer("1,0", "1,0,0"))
                == .wrongDimension(model: "m", index: 1, dimension: 3, expected: 2))
        #expect(
            try await failure(Fixture.answer("", "1,0"))
                == .wrongDimension(model: "m", index: 0, dimension: 0, expected: 2))
        #expect(
            try await failure(Fixture.answer([(0, "1,0"), (0, "1,0")])) == .duplicateIndex(model: "m", index: 0))
        #expect(
            try await failure(Fixture.answer([(0, "1,0"), (2, "1,0")]))
                == .indexOutOfRange(model: "m", index: 2, texts: 2))
        #expect(
            try await failure(Fixture.answer([(0, "1,0"), (-1, "1,0")]))
                == .indexOutOfRange(model: "m", index: -1, texts: 2))
        #expect(try await failure(Fixture.answer("1,0", "0,-0.0")) == .vectorIsZero(model: "m", index: 1))
    }

    @Test(arguments: ["NaN", "Infinity", "-Infinity", "null", "1e39", "-1e300", "1e999", "-1e999"])
    func numbersThatAreNoneAreRefused(_ number: String) async throws {
        let failure = try await Fixture.failure(.send(Fixture.answer("1,0", "0, \(number)")))
        #expect(failure == .vectorNotFinite(model: "m", index: 1))
    }

    @Test func aPlaceIsThatOfTheCallersText() async throws {
        let server = try ScriptedEndpoint { _ in .send(Fixture.answer("1,0", "0,0")) }
        let embedder = try EndpointEmbedder(server.url, model: "m", dimension: 2, Fixture.options())
        await #expect(throws: EndpointError.vectorIsZero(model: "m", index: 3)) {
            try await embedder.embed(["", "one", " ", "two"])
        }
    }

    @Test(arguments: [
        ("<html>Welcome</html>", "it is not JSON"), ("", "it is not JSON"),
        ("{\"data\":[{\"index\":0,", "it is not JSON"),
        ("{\"object\":\"list\"}", "the member \"data\" is missing"), ("{\"data\":7}", "data is of another type"),
        ("{\"data\":[{\"index\":0}]}", "the member \"embedding\" is missing"),
        ("{\"data\":[{\"embedding\":\"AACAPw==\"}]}", "data.0.embedding is of another type"),
        ("{\"data\":[{\"index\":0,\"embedding\":[1,0]},{\"embedding\":[1,0]}]}", "vector 1 has no index, others have"),
    ])
    func answersOfAnotherFormAreRefused(_ answer: String, _ reason: String) async throws {
        guard case .badAnswer(_, let given)? = try await Fixture.failure(.send(answer)) else {
            Issue.record("another error")
            return
        }
        #expect(given == reason)
    }

    @Test func wordsInStringsAreNoNumbers() {
        func mended(_ text: String) -> String? {
            EmbeddingAnswer.withoutNonNumbers(Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
        }
        #expect(mended(#"{"a":"NaN","b":[NaN,-Infinity,-1]}"#) == #"{"a":"NaN","b":[null,null,-1]}"#)
        #expect(mended(#"{"a":"\"NaN 1e999","b":[1,-2.5e-3]}"#) == nil)
        #expect(mended("[-1e999, 2e5,1e400]") == "[null, 2e5,null]")
    }

    @Test func settingsOutOfRangeAreRefused() throws {
        func failure(_ body: () throws -> EndpointEmbedder) -> EndpointError? {
            #expect(throws: EndpointError.self) { _ = try body() }
        }
        let url = "http://localhost"
        #expect(
            failure { try EndpointEmbedder(url, model: "", dimension: 2) } == .badModelName(reason: "it is empty"))
        #expect(
            failure { try EndpointEmbedder(url, model: "m", dimension: 0) }
                == .settingOutOfRange(name: "the dimension", value: "0", allowed: "1 to 65536"))
        #expect(
            failure { try EndpointEmbedder(url, model: "m", dimension: 2, batch: 0) }
                == .settingOutOfRange(name: "the texts of a request", value: "0", allowed: "1 to 2048"))
        #expect(
            failure { try EndpointEmbedder(url, model: "m", dimension: 2, Fixture.options(timeout: .zero)) }?
                .description == "the timeout is 0.0 seconds, allowed is 1 millisecond to 1 day")
        #expect(
            failure { try EndpointEmbedder(url, model: "m", dimension: 2, Fixture.options(attempts: 0)) }
                == .settingOutOfRange(name: "attempts", value: "0", allowed: "1 to 100"))
    }
}
