// Loci, Apache License 2.0.

/// Why a message is not done as it asks.
public enum MCPError: Error, Equatable, Sendable {
    /// A line that is no JSON, and where.
    case badJSON(offset: Int, reason: String)
    /// A line that is longer than one may be.
    case lineTooLong(limit: Int)
    /// JSON that is no request of JSON-RPC 2.0.
    case badRequest(reason: String)
    /// A method that the server does not have.
    case unknownMethod(name: String)
    /// Parameters that do not fit a method.
    case badParameters(reason: String)
    /// A tool that the server does not have.
    case unknownTool(name: String)
    /// A resource that there is not.
    case resourceNotFound(uri: String)
    /// An argument of a tool that cannot be used.
    case badArgument(name: String, reason: String)
    /// A namespace that the server was not started for.
    case namespaceRefused(name: String, served: String)
    /// A change of a memory that is served for reading.
    case readOnly
    /// What went wrong below: of the database, of a model.
    case fault(reason: String)
}

extension MCPError {
    /// The code of JSON-RPC, or of the protocol.
    public var code: Int {
        switch self {
        case .badJSON: -32_700
        case .lineTooLong, .badRequest: -32_600
        case .unknownMethod: -32_601
        case .badParameters, .unknownTool, .badArgument, .namespaceRefused, .readOnly: -32_602
        case .resourceNotFound: -32_002
        case .fault: -32_603
        }
    }
}

extension MCPError: CustomStringConvertible {
    /// One line: what is wrong, and what to do.
    public var description: String {
        switch self {
        case .badJSON(let offset, let reason): "the line is not JSON: at byte \(offset), \(reason)"
        case .lineTooLong(let limit): "the line has more than \(limit) bytes; give less in one call"
        case .badRequest(let reason): "this is no request: \(reason)"
        case .unknownMethod(let name): "there is no method \"\(Self.clipped(name))\""
        case .badParameters(let reason): reason
        case .unknownTool(let name): "there is no tool \"\(Self.clipped(name))\""
        case .resourceNotFound(let uri): "there is no resource \(Self.clipped(uri))"
        case .badArgument(let name, let reason): "\(Self.clipped(name)): \(reason)"
        case .namespaceRefused(let name, let served):
            "the namespace \"\(Self.clipped(name))\" is not served here, only \"\(served)\"; leave out namespace"
        case .readOnly: "this memory is served for reading only"
        case .fault(let reason): reason
        }
    }

    /// What came from outside, as much of it as a message needs.
    static func clipped(_ text: String) -> String {
        text.utf8.count > 100 ? String(text.prefix(64)) + "…" : text
    }
}
