// Loci, Apache License 2.0.

import LociText
import Synchronization
import TestSupport
import Testing

@testable import LociEndpoint

/// A clock that goes on by what is slept, and says how long that was.
final class ManualTime: Sendable {
    private let state = Mutex<(now: Duration, pauses: [Duration])>((.zero, []))

    var pauses: [Duration] { state.withLock { $0.pauses } }

    var timing: EndpointTiming {
        EndpointTiming(
            now: { self.state.withLock { $0.now } },
            sleep: { pause in
                self.state.withLock {
                    $0.now += pause
                    $0.pauses.append(pause)
                }
            }, random: { 1 })
    }
}

enum Fixture {
    static let key = "sk-test/4711+secret"

    /// Options whose pauses take no time.
    static func options(
        _ time: ManualTime = ManualTime(), key: String? = nil, timeout: Duration = .seconds(60), attempts: Int = 5
    ) -> EndpointOptions {
        var options = EndpointOptions()
        (options.timing, options.timeout, options.attempts) = (time.timing, timeout, attempts)
        options.environment = { $0 == EndpointOptions.usualKeyVariable ? key : nil }
        return options
    }

    /// An answer with vectors as they are given.
    static func answer(_ vectors: [(index: Int, numbers: String)]) -> String {
        let items = vectors.map {
            "{\"object\":\"embedding\",\"index\":\($0.index),\"embedding\":[\($0.numbers)]}"
        }
        return "{\"object\":\"list\",\"data\":[\(items.joined(separator: ","))],\"model\":\"m\"}"
    }

    static func answer(_ numbers: String...) -> String {
        answer(numbers.enumerated().map { ($0.offset, $0.element) })
    }

    static func chat(_ text: String) -> String {
        var quoted = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"\(quoted)\"}}]}"
    }

    /// What asking for the vectors of two texts throws, where the server does always the same.
    static func failure(
        _ action: ScriptedEndpoint.Action, dimension: Int = 2, _ options: EndpointOptions = options()
    ) async throws -> EndpointError? {
        let server = try ScriptedEndpoint { _ in action }
        let embedder = try EndpointEmbedder(server.url, model: "m", dimension: dimension, options)
        return await #expect(throws: EndpointError.self) { try await embedder.embed(["one", "two"]) }
    }
}
