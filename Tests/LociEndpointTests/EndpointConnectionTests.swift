// Loci, Apache License 2.0.

import NIOHTTP1
import TestServer
import Testing

@testable import LociEndpoint

@Suite struct EndpointConnectionTests {
    private func embedder(_ server: ScriptedEndpoint, _ options: EndpointOptions) throws -> EndpointEmbedder {
        try EndpointEmbedder(server.url, model: "m", dimension: 2, options)
    }

    // MARK: Again

    @Test(arguments: [408, 429, 500, 502, 503, 504])
    func whatPassesIsTriedAgain(_ status: Int) async throws {
        let server = try ScriptedEndpoint { request in
            request.number < 2 ? .send(status: status, "{}") : .send(Fixture.answer("1,0"))
        }
        let time = ManualTime()
        #expect(try await embedder(server, Fixture.options(time)).embed(["one"]) == [[1, 0]])
        #expect(server.requests.count == 3)
        #expect(time.pauses == [.seconds(0.5), .seconds(1)])
    }

    @Test func theServersPauseIsKept() async throws {
        let server = try ScriptedEndpoint { request in
            request.number == 0
                ? .send(status: 429, headers: ["Retry-After": "7"], "") : .send(Fixture.answer("1,0"))
        }
        let time = ManualTime()
        #expect(try await embedder(server, Fixture.options(time)).embed(["one"]) == [[1, 0]])
        #expect(time.pauses == [.seconds(7)])
    }

    @Test func aPauseBeyondTheTimeoutIsNotWaitedFor() async throws {
        let time = ManualTime()
        let action = ScriptedEndpoint.Action.send(
            status: 429, headers: ["Retry-After": "3600"], #"{"error":{"message":"slow down"}}"#)
        let failure = try await Fixture.failure(action, Fixture.options(time))
        #expect(time.pauses.isEmpty)
        guard case .status(_, 429, 1, let message)? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(message == "slow down; it asks for a pause of 3600.0 s")
    }

    @Test func whatDoesNotPassEndsAfterTheLastAttempt() async throws {
        let time = ManualTime()
        let server = try ScriptedEndpoint { _ in .send(status: 500, "upstream\r\nis down") }
        let embedder = try embedder(server, Fixture.options(time))
        let failure = await #expect(throws: EndpointError.self) { try await embedder.embed(["one"]) }
        #expect(server.requests.count == 5)
        #expect(time.pauses == [.seconds(0.5), .seconds(1), .seconds(2), .seconds(4)])
        #expect(
            failure == .status(address: server.url, code: 500, attempts: 5, message: "upstream  is down"))
        #expect(
            failure?.description
                == "\(server.url) answers with status 500 after 5 attempts: upstream  is down; try again later")
    }

    @Test(arguments: [301, 400, 401, 404, 413, 422])
    func faultsOfTheRequestAreNotTriedAgain(_ status: Int) async throws {
        let server = try ScriptedEndpoint { _ in
            .send(status: status, headers: ["Location": "http://127.0.0.1:1/"], #"{"detail":"no"}"#)
        }
        let embedder = try embedder(server, Fixture.options())
        await #expect(
            throws: EndpointError.status(address: server.url, code: status, attempts: 1, message: "no")
        ) { try await embedder.embed(["one"]) }
        #expect(server.requests.count == 1)
    }

    @Test func brokenConnectionsAreMadeAgain() async throws {
        let server = try ScriptedEndpoint { $0.number == 0 ? .close : .send(Fixture.answer("1,0")) }
        #expect(try await embedder(server, Fixture.options()).embed(["one"]) == [[1, 0]])
        #expect(server.requests.count == 2)
    }

    @Test func refusedConnectionsAreSaid() async throws {
        let server = try ScriptedEndpoint { _ in .hang }
        try server.stop()
        let time = ManualTime()
        let embedder = try embedder(server, Fixture.options(time, attempts: 3))
        let failure = await #expect(throws: EndpointError.self) { try await embedder.embed(["one"]) }
        guard case .connectionFailed(server.url, 3, let reason)? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(reason.lowercased().contains("refused"))
        #expect(time.pauses.count == 2)
    }

    @Test func certificatesAreChecked() async throws {
        let certificate = try TestCertificate()
        let server = try ScriptedEndpoint(security: certificate.context) { _ in .send(Fixture.answer("1,0")) }
        // What it is signed with is not known to the system: nothing is sent.
        var options = Fixture.options(key: Fixture.key)
        let unknown = try embedder(server, options)
        let failure = await #expect(throws: EndpointError.self) { try await unknown.embed(["one"]) }
        guard case .encryption(server.url, let reason)? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(reason.contains("CERTIFICATE_VERIFY_FAILED"))
        #expect(server.requests.isEmpty)
        options.certificateAuthorities = certificate.path
        #expect(try await embedder(server, options).embed(["one"]) == [[1, 0]])
        #expect(server.requests.first?.headers["Authorization"] == ["Bearer \(Fixture.key)"])
        options.certificateAuthorities = certificate.path + ".none"
        let missing = try embedder(server, options)
        await #expect(throws: EndpointError.self) { try await missing.embed(["one"]) }
    }

    @Test func addressesThatAreNoURLAreSaid() async throws {
        let embedder = try EndpointEmbedder(
            "http://127.0.0.1:1/a%zz[", model: "m", dimension: 2, Fixture.options(attempts: 1))
        await #expect(throws: EndpointError.self) { try await embedder.embed(["one"]) }
    }

    // MARK: Time and size

    @Test(arguments: [ScriptedEndpoint.Action.hang, .begin("{\"data\":")])
    func whatHangsIsLeft(_ action: ScriptedEndpoint.Action) async throws {
        let failure = try await Fixture.failure(action, Fixture.options(timeout: .milliseconds(150)))
        guard case .timeout(_, 0.15)? = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(failure?.description.contains("within 0.15 s") ?? false)
    }

    @Test func cancelledWorkEnds() async throws {
        let (stream, arrival) = AsyncStream.makeStream(of: Void.self)
        let server = try ScriptedEndpoint { _ in
            arrival.yield()
            return .hang
        }
        let embedder = try embedder(server, Fixture.options())
        let task = Task { try await embedder.embed(["one"]) }
        for await _ in stream { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func endlessAnswersAreCutOff() async throws {
        var options = Fixture.options()
        options.maximumAnswerBytes = 1 << 20
        guard case .answerTooLarge(_, 1_048_576)? = try await Fixture.failure(.flood, options) else {
            Issue.record("another error")
            return
        }
        // One whose length is told is not read at all.
        options.maximumAnswerBytes = 1_024
        let long = String(repeating: " ", count: 1_025)
        guard case .answerTooLarge(_, 1_024)? = try await Fixture.failure(.send(long), options) else {
            Issue.record("another error")
            return
        }
    }

    // MARK: Keys

    @Test func theKeyIsSentAndNeverShown() async throws {
        let key = Fixture.key
        let server = try ScriptedEndpoint { _ in .send(Fixture.answer("1,0")) }
        let options = Fixture.options(key: key)
        let embedder = try embedder(server, options)
        _ = try await embedder.embed(["one"])
        #expect(server.requests.first?.headers["Authorization"] == ["Bearer \(key)"])
        var shown = ""
        dump(embedder, to: &shown)
        #expect(!shown.contains(key))
        let escaped = key.split(separator: "/").joined(separator: "\\/")
        let bodies = [
            #"{"error":{"message":"Incorrect API key provided: \#(key)"}}"#, #"{"error":"\#(escaped) is no key"}"#,
            "bad \(key)\u{301}", #"{"unknown":"\#(escaped)"}"#, #"["\#(escaped)"]"#,
            String(repeating: "x", count: 195) + key,
        ]
        for body in bodies {
            for status in [401, 500] {
                let failure = try await Fixture.failure(.send(status: status, body), options)
                let text = "\(String(describing: failure)) \(failure?.description ?? "")"
                #expect(text.contains("\(status)"))
                #expect(!text.contains("secret") && !text.contains("sk-test"), "\(text)")
            }
        }
    }

    @Test func theUsualKeyGoesOnlyWhereNobodyReadsIt() throws {
        func key(_ variable: String, _ url: String) throws -> EndpointKey? {
            try EndpointKey(variable: variable, to: EndpointAddress(url)) { _ in Fixture.key }
        }
        let usual = EndpointOptions.usualKeyVariable
        #expect(try key(usual, "https://example.org") != nil)
        #expect(try key(usual, "http://localhost:11434") != nil)
        #expect(try key(usual, "http://127.0.0.1") != nil)
        #expect(try key(usual, "http://[::1]:80/v1") != nil)
        #expect(try key(usual, "http://example.org") == nil)
        #expect(try key(usual, "http://localhost.example.org") == nil)
        #expect(try key(usual, "http://127.example.org") == nil)
        #expect(try key("MY_KEY", "http://example.org") != nil)
    }

    @Test func keysThatCannotBeSentAreRefused() throws {
        let address = try EndpointAddress("http://localhost")
        func failure(_ variable: String, _ value: String?) -> EndpointError? {
            #expect(throws: EndpointError.self) {
                _ = try EndpointKey(variable: variable, to: address) { _ in value }
            }
        }
        #expect(failure("MY_KEY", nil) == .keyMissing(variable: "MY_KEY"))
        #expect(failure("MY_KEY", "") == .keyMissing(variable: "MY_KEY"))
        for value in ["a b", "key\r\nX-Other: 1", "ключ", String(repeating: "k", count: 4_097)] {
            #expect(failure("MY_KEY", value) == .badKey(variable: "MY_KEY"))
        }
        #expect(try EndpointKey(variable: EndpointOptions.usualKeyVariable, to: address) { _ in nil } == nil)
    }

    // MARK: Addresses and pauses

    @Test(arguments: [
        ("http://localhost:11434/v1", "http://localhost:11434/v1"), ("HTTP://LocalHost/v1//", "http://localhost/v1"),
        ("https://api.example.org", "https://api.example.org/v1"), ("http://[::1]:8080/", "http://[::1]:8080/v1"),
        ("http://10.0.0.1:1/api/openai", "http://10.0.0.1:1/api/openai"),
    ])
    func addressesAreRead(_ text: String, _ expected: String) throws {
        #expect(try EndpointAddress(text).description == expected)
    }

    @Test(arguments: [
        "", "localhost:11434", "ftp://host/v1", "http://", "http:///v1", "http://:80/v1", "http://host:0/v1",
        "http://host:65536/v1", "http://host:+1/v1", "http://host:/v1", "http://user:secret@host/v1", "http://ho st/v1",
        "http://host/v1?key=secret", "http://host/v1#secret", "http://host\r\n/v1", "http://[::1/v1", "http://a:b:1/v1",
        "http://höst/v1",
    ])
    func addressesThatAreNoneAreRefused(_ text: String) {
        let failure = #expect(throws: EndpointError.self) { _ = try EndpointAddress(text) }
        #expect(!(failure?.description.contains("secret") ?? true))
    }

    @Test func pausesGrowAndAreLeftToChance() {
        #expect(RetryPause.pause(after: 1, chance: 0, asked: nil) == .seconds(0.25))
        #expect(RetryPause.pause(after: 3, chance: 1, asked: nil) == .seconds(2))
        #expect(RetryPause.pause(after: 100, chance: 1, asked: nil) == .seconds(30))
        #expect(RetryPause.pause(after: 1, chance: 1, asked: .seconds(40)) == .seconds(40))
    }

    @Test func pausesThatServersAskForAreRead() {
        func asked(_ value: String, date: String? = nil) -> Duration? {
            var headers = HTTPHeaders([("Retry-After", value)])
            if let date { headers.add(name: "Date", value: date) }
            return RetryPause.asked(headers)
        }
        #expect(asked("0") == .zero)
        #expect(asked("12") == .seconds(12))
        #expect(asked("Sun, 06 Nov 1994 08:49:37 GMT", date: "Sun, 06 Nov 1994 08:49:30 GMT") == .seconds(7))
        #expect(asked("Sun, 06 Nov 1994 08:49:37 GMT", date: "Mon, 07 Nov 1994 08:49:30 GMT") == .zero)
        #expect(asked("Sun, 06 Nov 1994 08:49:37 GMT") == nil)
        #expect(asked("-3") == nil)
        #expect(asked("soon") == nil)
        #expect(RetryPause.time("Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
        #expect(RetryPause.time("Sun, 31 Feb 1994 08:49:37 GMT") == nil)
    }
}
