// Loci, Apache License 2.0.

import NIOSSL

/// TLS of a server, from the files that its configuration names.
struct ServerEncryption: Sendable {
    private let context: NIOSSLContext

    /// - Throws: `ServerError.encryption`.
    init(_ files: ServerConfiguration.Encryption) throws(ServerError) {
        let certificates: [NIOSSLCertificate]
        do {
            certificates = try NIOSSLCertificate.fromPEMFile(files.certificateChainPath)
        } catch {
            throw .encryption(path: files.certificateChainPath, reason: "\(error)")
        }
        do {
            let key = try NIOSSLPrivateKey(file: files.privateKeyPath, format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: certificates.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            context = try NIOSSLContext(configuration: configuration)
        } catch {
            throw .encryption(path: files.privateKeyPath, reason: "\(error)")
        }
    }

    /// The handler of a connection.
    func makeHandler() -> NIOSSLServerHandler { NIOSSLServerHandler(context: context) }
}
