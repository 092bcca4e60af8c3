// Loci, Apache License 2.0.

import Loci
import Logging
import NIOCore
import TestSupport
import Testing

@testable import LociServer

@Suite struct ConfigurationTests {
    @Test func anAddressThatOthersReachNeedsAPassword() async throws {
        var configuration = ServerConfiguration()
        configuration.host = "0.0.0.0"
        await #expect(throws: ServerError.publicAddress(host: "0.0.0.0")) {
            try await ListeningAddress.resolve(configuration)
        }
        configuration.password = "secret"
        _ = try await ListeningAddress.resolve(configuration)
        configuration.password = nil
        configuration.isProtected = false
        _ = try await ListeningAddress.resolve(configuration)
        configuration.isProtected = true
        for host in ["127.0.0.1", "127.1.2.3", "::1", "localhost"] {
            configuration.host = host
            _ = try await ListeningAddress.resolve(configuration)
        }
    }

    @Test func settingsOutOfRangeAreRefused() {
        func refused(_ change: (inout ServerConfiguration) -> Void) -> Bool {
            var configuration = ServerConfiguration()
            change(&configuration)
            do throws(ServerError) {
                try configuration.validate()
                return false
            } catch {
                return !"\(error)".isEmpty
            }
        }
        #expect(!refused { _ in })
        #expect(refused { $0.port = 70_000 })
        #expect(refused { $0.metricsPort = 6379 })
        #expect(refused { $0.maximumConnections = 0 })
        #expect(refused { $0.maximumRequestBytes = 1_000 })
        #expect(refused { $0.stallTimeout = .zero })
        #expect(refused { $0.idleTimeout = .seconds(-1) })
        #expect(refused { $0.password = "" })
        #expect(refused { $0.searchThreads = 0 })
    }

    @Test func whatIsNoCertificateIsRefused() async throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("cert.pem", text: "no certificate")
        var configuration = ServerConfiguration()
        configuration.port = 0
        configuration.encryption = .init(certificateChainPath: file, privateKeyPath: file)
        let server = Server(
            database: try Database.open(folder.database), configuration: configuration, logger: Logger(label: "test"))
        await #expect(throws: ServerError.self) { try await server.run() }
        configuration.encryption = .init(certificateChainPath: folder.file("nosuch"), privateKeyPath: file)
        let other = Server(
            database: try Database.open(folder.database), configuration: configuration, logger: Logger(label: "test"))
        await #expect(throws: ServerError.self) { try await other.run() }
    }
}
