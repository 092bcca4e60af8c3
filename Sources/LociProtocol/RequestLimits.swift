// Loci, Apache License 2.0.

/// How much a request may have. What is beyond is an error that closes the connection.
package struct RequestLimits: Sendable, Equatable {
    /// Bytes of an argument. Redis's default.
    package var bulkBytes = 512 << 20
    /// Arguments of a request, the name of the command counted.
    package var arguments = 1 << 20
    /// Bytes before the end of a line: of an inline request, or of a number. Redis's constant.
    package var lineBytes = 64 << 10
    /// Bytes of a request with all its arguments and their lengths, which is what the reader of a connection has to hold.
    package var requestBytes = 1 << 30
    /// Bytes of an argument before the client has authenticated. Redis's constant.
    package var unauthenticatedBulkBytes = 16 << 10
    /// Arguments of a request before the client has authenticated. Redis's constant.
    package var unauthenticatedArguments = 10

    /// The default limits.
    package init() {}
}
