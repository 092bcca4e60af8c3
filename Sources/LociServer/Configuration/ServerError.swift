// Loci, Apache License 2.0.

/// What keeps a server from starting.
public enum ServerError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A setting that is out of its range.
    case setting(name: String, value: String, allowed: String)
    /// An address that others can reach, and no password.
    case publicAddress(host: String)
    /// The address cannot be listened at: what the system says.
    case cannotListen(host: String, port: Int, reason: String)
    /// A file of TLS cannot be used: what is wrong.
    case encryption(path: String, reason: String)

    /// One line: what is wrong, and what to do.
    public var description: String {
        switch self {
        case .setting(let name, let value, let allowed): "the \(name) is \(value), but must be \(allowed)"
        case .publicAddress(let host):
            "\(host) can be reached from other machines, and no password is set: set one (--requirepass-file, or the "
                + "environment variable LOCI_PASSWORD), listen at 127.0.0.1, or allow it with --no-protected-mode"
        case .cannotListen(let host, let port, let reason):
            "cannot listen at \(host) port \(port): \(reason); choose another port or stop what listens there"
        case .encryption(let path, let reason):
            "\(path) cannot be used for TLS: \(reason); give a certificate chain and its key in PEM"
        }
    }
}
