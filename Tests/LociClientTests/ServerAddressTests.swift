// Loci, Apache License 2.0.

import Testing

@testable import LociClient

/// Addresses as people write them.
@Suite struct ServerAddressTests {
    private struct Parts: Equatable {
        var host: String
        var port = 6_379
        var usesTLS = false
        var user: String?
        var password: String?
    }

    private static func parts(_ text: String, _ environment: String? = nil) throws(ClientError) -> Parts {
        let address = try ServerAddress(parsing: text, environmentPassword: environment)
        return Parts(
            host: address.host, port: address.port, usesTLS: address.usesTLS, user: address.user,
            password: address.password)
    }

    @Test func whatIsAllowed() throws {
        #expect(try Self.parts("redis://localhost") == Parts(host: "localhost"))
        #expect(try Self.parts("REDIS://localhost/") == Parts(host: "localhost"))
        #expect(try Self.parts("redis://127.0.0.1:7000/0") == Parts(host: "127.0.0.1", port: 7_000))
        #expect(try Self.parts("rediss://[::1]:1") == Parts(host: "::1", port: 1, usesTLS: true))
        #expect(try Self.parts("redis://[fe80::1]") == Parts(host: "fe80::1"))
        #expect(try Self.parts("redis://:secret@h") == Parts(host: "h", password: "secret"))
        #expect(
            try Self.parts("redis://me:s%40c%2Fr%3At%C3%A9@h") == Parts(host: "h", user: "me", password: "s@c/r:té"))
        #expect(try Self.parts("redis://me:a@b:c@h:2") == Parts(host: "h", port: 2, user: "me", password: "a@b:c"))
        #expect(try Self.parts("redis://@h") == Parts(host: "h"))
    }

    @Test func thePasswordOfTheEnvironmentIsForAddressesWithoutOne() throws {
        #expect(try Self.parts("redis://h", "p") == Parts(host: "h", password: "p"))
        #expect(try Self.parts("redis://me@h", "p") == Parts(host: "h", user: "me", password: "p"))
        #expect(try Self.parts("redis://me:own@h", "p") == Parts(host: "h", user: "me", password: "own"))
        #expect(try Self.parts("redis://me:@h", "p") == Parts(host: "h", user: "me", password: "p"))
        #expect(try Self.parts("redis://h", "") == Parts(host: "h"))
    }

    @Test(
        arguments: [
            ("http://h", .addressScheme), ("h:6379", .addressScheme), ("redis:/h", .addressScheme),
            ("redis://", .addressHost("")), ("redis://:7", .addressHost(":7")),
            ("redis://::1:7", .addressHost("::1:7")),
            ("redis://[::1", .addressHost("[::1")), ("redis://[]:1", .addressHost("[]:1")),
            ("redis://[::1]7", .addressHost("[::1]7")), ("redis://a b", .addressHost("a b")),
            ("redis://h:", .addressPort("")), ("redis://h:0", .addressPort("0")),
            ("redis://h:65536", .addressPort("65536")),
            ("redis://h:+1", .addressPort("+1")), ("redis://h:x", .addressPort("x")),
            ("redis://h/1", .addressDatabase("/1")), ("redis://h/0/", .addressDatabase("/0/")),
            ("redis://me:a/b@h", .addressCredentials), ("redis://h?x=1", .addressDatabase("?x=1")),
            ("redis://h#x", .addressDatabase("#x")),
            ("redis://:a%@h", .addressEncoding(part: "password")),
            ("redis://:a%zz@h", .addressEncoding(part: "password")),
            ("redis://%ff:a@h", .addressEncoding(part: "user")), ("redis://me@h", .addressPassword(user: "me")),
            ("redis://me:@h", .addressPassword(user: "me")),
        ] as [(String, ClientError)])
    func whatIsRefused(text: String, expected: ClientError) {
        #expect(throws: expected) { try ServerAddress(parsing: text) }
    }

    @Test func whatIsShownHasNoPassword() throws {
        let address = try ServerAddress(parsing: "rediss://me:secret@[::1]")
        #expect("\(address)" == "rediss://[::1]:6379")
        #expect(!ClientError.addressEncoding(part: "password").description.contains("secret"))
    }

    @Test func pathsAreNoAddresses() {
        #expect(ServerAddress.isAddress("redis://h") && ServerAddress.isAddress("Rediss://h"))
        #expect(!ServerAddress.isAddress("redis.loci") && !ServerAddress.isAddress("redis:h"))
    }
}
