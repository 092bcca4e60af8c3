// Loci, Apache License 2.0.

import LociProtocol

/// What a client sends first.
enum Handshake {
    /// The requests that say who asks, and in which version of the protocol; none in RESP2 without a password.
    ///
    /// In RESP2 every server knows them, those that have never heard of HELLO too.
    static func requests(to address: ServerAddress, _ version: ProtocolVersion) -> RequestEncoder {
        var requests = RequestEncoder()
        switch (version, address.password) {
        case (.resp2, let password?):
            if let user = address.user {
                requests.request("AUTH", user, password)
            } else {
                requests.request("AUTH", password)
            }
        case (.resp2, nil): break
        case (.resp3, let password?): requests.request("HELLO", "3", "AUTH", address.user ?? "default", password)
        case (.resp3, nil): requests.request("HELLO", "3")
        }
        return requests
    }
}
