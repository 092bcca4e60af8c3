// Loci, Apache License 2.0.

import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import NIOSSL

/// Sends requests to a server, and sends them again where that may help.
struct EndpointConnection: Sendable {
    let address: EndpointAddress
    private let key: EndpointKey?
    private let options: EndpointOptions

    /// One for all, which keeps connections open between requests; it lives as long as the process.
    ///
    /// It follows no redirection, so that the key gets nowhere else, and leaves trying again to us.
    private static let client: HTTPClient = {
        var configuration = HTTPClient.Configuration()
        configuration.redirectConfiguration = .disallow
        configuration.timeout = HTTPClient.Configuration.Timeout(connect: .seconds(10))
        configuration.connectionPool.retryConnectionEstablishment = false
        return HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    }()

    /// The most bytes that are read of the answer to a request that failed.
    private static let maximumFaultBytes = 65_536

    /// - Throws: `EndpointError.badAddress`, `.settingOutOfRange`, `.keyMissing`, `.badKey`.
    init(_ baseURL: String, _ options: EndpointOptions) throws(EndpointError) {
        try options.validate()
        address = try EndpointAddress(baseURL)
        key = try EndpointKey(variable: options.keyVariable, to: address, options.environment)
        self.options = options
    }

    /// What became of one attempt.
    private enum Outcome {
        case answer([UInt8])
        /// It may go better next time.
        case passing(EndpointError, asked: Duration? = nil)
    }

    /// Sends a request, and gives the answer to it.
    /// - Parameters:
    ///   - path: What follows the address.
    ///   - body: JSON.
    /// - Throws: `EndpointError.connectionFailed`, `.encryption`, `.timeout`, `.status`, `.answerTooLarge`; `CancellationError`.
    func post(_ path: String, _ body: [UInt8]) async throws -> [UInt8] {
        let timing = options.timing
        let begin = timing.now()
        var attempt = 1
        while true {
            try Task.checkCancellation()
            let left = options.timeout - (timing.now() - begin)
            guard left > .zero else { throw timeout }
            switch try await send(path, body, within: left, attempt) {
            case .answer(let bytes): return bytes
            case .passing(let error, let asked):
                let pause = RetryPause.pause(after: attempt, chance: timing.random(), asked: asked)
                // What would come too late is not waited for.
                guard attempt < options.attempts, timing.now() - begin + pause < options.timeout else { throw error }
                try await timing.sleep(pause)
                attempt += 1
            }
        }
    }

    private var timeout: EndpointError {
        .timeout(address: address.description, seconds: options.timeout / .seconds(1))
    }

    /// Sends a request once.
    private func send(
        _ path: String, _ body: [UInt8], within left: Duration, _ attempt: Int
    ) async throws -> Outcome {
        do {
            return try await Self.limited(left) { try await exchange(path, body, within: left, attempt) }
        } catch let error as EndpointError {
            throw error
        } catch is TimeIsUp {
            throw timeout
        } catch {
            try Task.checkCancellation()
            if let error = error as? HTTPClientError {
                if error == .deadlineExceeded { throw timeout }
                if error == .invalidURL || error == .emptyHost || error == .emptyScheme {
                    throw EndpointError.badAddress(reason: "it is no URL")
                }
            }
            // A certificate does not become another one by waiting.
            if error is NIOSSLError || error is NIOSSLExtraError {
                throw EndpointError.encryption(address: address.description, reason: shown("\(error)"))
            }
            return .passing(
                .connectionFailed(address: address.description, attempts: attempt, reason: shown("\(error)")))
        }
    }

    private func exchange(
        _ path: String, _ body: [UInt8], within left: Duration, _ attempt: Int
    ) async throws -> Outcome {
        var request = HTTPClientRequest(url: address.description + path)
        request.method = .POST
        request.headers.add(name: "Content-Type", value: "application/json")
        request.headers.add(name: "Accept", value: "application/json")
        request.headers.add(name: "User-Agent", value: "loci")
        if let key { request.headers.add(name: "Authorization", value: key.authorization) }
        if let file = options.certificateAuthorities {
            var security = TLSConfiguration.makeClientConfiguration()
            security.trustRoots = .file(file)
            request.tlsConfiguration = security
        }
        request.body = .bytes(ByteBuffer(bytes: body))
        let response = try await Self.client.execute(request, deadline: .now() + TimeAmount(left))
        let status = Int(response.status.code)
        guard status == 200 else {
            let asked = RetryPause.asked(response.headers)
            var message = await fault(of: response.body)
            if let asked, RetryPause.isPassing(status) {
                message += (message.isEmpty ? "" : "; ") + "it asks for a pause of \(asked / .seconds(1)) s"
            }
            let error = EndpointError.status(
                address: address.description, code: status, attempts: attempt, message: message)
            if RetryPause.isPassing(status) { return .passing(error, asked: asked) }
            throw error
        }
        do {
            var buffer = try await response.body.collect(upTo: options.maximumAnswerBytes)
            return .answer(buffer.readBytes(length: buffer.readableBytes) ?? [])
        } catch is NIOTooManyBytesError {
            throw EndpointError.answerTooLarge(address: address.description, limit: options.maximumAnswerBytes)
        }
    }

    /// What a server says of a fault, in a line.
    private func fault(of body: HTTPClientResponse.Body) async -> String {
        // The status tells enough where the rest does not come.
        guard var buffer = try? await body.collect(upTo: Self.maximumFaultBytes),
            let text = FaultMessage.text(of: buffer.readBytes(length: buffer.readableBytes) ?? [])
        else { return "" }
        return shown(text)
    }

    /// The beginning of what somebody else says, as one line and without the key, as it may stand in an error.
    func shown(_ text: String) -> String {
        let line = (key?.removed(from: text) ?? text).unicodeScalars.map {
            $0.value < 32 || $0.value == 127 ? " " : String($0)
        }.joined()
        return line.unicodeScalars.count <= 200 ? line : String(line.unicodeScalars.prefix(200)) + "…"
    }

    // MARK: Time

    private struct TimeIsUp: Error {}

    /// Runs `body`, but not longer than a time: a server that sends a byte now and then must not hold anyone for ever.
    private static func limited<Result: Sendable>(
        _ time: Duration, _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask(operation: body)
            group.addTask {
                try await Task.sleep(for: time)
                throw TimeIsUp()
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() else { throw TimeIsUp() }
            return result
        }
    }
}
