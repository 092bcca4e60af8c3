// Loci, Apache License 2.0.

import LociProtocol

extension ClientError: CustomStringConvertible {
    /// What is wrong, and what to do.
    package var description: String {
        switch self {
        case .addressScheme:
            "the address of a server begins with redis:// or, for TLS, rediss://"
        case .addressHost(let text):
            "'\(text)' is no host of a server: give a name or a number, IPv6 in brackets, as in redis://[::1]:6379"
        case .addressPort(let text):
            "'\(text)' is no port: give a number from 1 to 65535, as in redis://localhost:6379"
        case .addressEncoding(let part):
            "the \(part) in the address of the server has a % that stands for no byte of UTF-8: write a percent sign as %25"
        case .addressCredentials:
            "the user or the password in the address of the server has a /, ? or #: write them as %2F, %3F and %23"
        case .addressDatabase(let text):
            "'\(text)' stands behind the address of the server, which has one database: leave it out, or write /0"
        case .addressPassword(let user):
            "the address of the server names the user '\(user)' without a password: set \(ServerAddress.passwordVariable) to it"
        case .cannotConnect(let address, let reason):
            "cannot connect to \(address): \(reason); look whether the server runs and the address is its own"
        case .encryption(let address, let reason):
            "cannot talk to \(address) by TLS: \(reason); look whether the server speaks TLS and its certificate is of this "
                + "host and known here"
        case .closed(let address):
            "\(address) closed the connection; look in the server's log for the reason"
        case .timeout(let address, let seconds):
            "nothing came from \(address) for \(Self.seconds(seconds)); look whether the server is at work, or send less at a time"
        case .protocolError(let address, let error):
            "\(address): \(error)"
        case .unexpectedReply(let address):
            "\(address) sent a reply to no request; look whether the address is the server's"
        case .interrupted:
            "the client was stopped"
        case .authentication(let address, let text):
            "\(address) does not let this client in: \(text); give the user in the address, and the password in "
                + ServerAddress.passwordVariable
        case .errorReply(let text):
            "the server answered: \(text)"
        case .unexpectedShape(let command):
            "the reply to \(command) is of a shape that it should not have; look whether the server knows vector sets "
                + "as Redis 8 does"
        }
    }

    private static func seconds(_ seconds: Double) -> String {
        let rounded = (seconds * 10).rounded() / 10
        return rounded == rounded.rounded() ? "\(Int(rounded)) s" : "\(rounded) s"
    }
}
