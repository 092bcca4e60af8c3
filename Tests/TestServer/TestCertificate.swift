// Loci, Apache License 2.0.

package import NIOSSL
import TestSupport

/// A certificate of localhost that signed itself. Its key is known to everybody: it proves nothing outside of tests.
package struct TestCertificate {
    private static let key = """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgaO7GfIOWgttoYOO9
        0dnkZcq+16lGdDMZ8aCORrgxWsmhRANCAAREAWt3Jj6HDvv+MEKBmtEzx4XqMayq
        faK7CNhb44d5tJ5tdtWWH1EoZEeLEBOJOSMV35cIjwMYGc02ktc5/5a9
        -----END PRIVATE KEY-----
        """

    private static let certificate = """
        -----BEGIN CERTIFICATE-----
        MIIBmzCCAUGgAwIBAgIUKbiruW6retLq53/04wX+nKiHjQAwCgYIKoZIzj0EAwIw
        FDESMBAGA1UEAwwJbG9jYWxob3N0MCAXDTI2MTEzMDE2NTY0OVoYDzIxMjYxMTA2
        MTY1NjQ5WjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjO
        PQMBBwNCAAREAWt3Jj6HDvv+MEKBmtEzx4XqMayqfaK7CNhb44d5tJ5tdtWWH1Eo
        ZEeLEBOJOSMV35cIjwMYGc02ktc5/5a9o28wbTAdBgNVHQ4EFgQUuZYTZMZVFyt8
        nIwruCkUMMYln6MwHwYDVR0jBBgwFoAUuZYTZMZVFyt8nIwruCkUMMYln6MwDwYD
        VR0TAQH/BAUwAwEB/zAaBgNVHREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZI
        zj0EAwIDSAAwRQIhAMAWjG/QcbAk0SSer5oXmexXikK07o+NV/ENQ8jiNP16AiBb
        9q6WzsXtMo8+FmmFxSIgcVKIu4g01UCA+oV9yHrf8g==
        -----END CERTIFICATE-----
        """

    private let folder: TemporaryFolder
    /// What a server proves itself with.
    package let context: NIOSSLContext

    /// The file of the certificate.
    package var path: String { folder.file("certificate.pem") }

    /// Writes the file of the certificate to a folder of its own.
    package init() throws {
        folder = try TemporaryFolder()
        try TestFile.write(text: Self.certificate, to: folder.file("certificate.pem"))
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(Self.certificate.utf8))
        context = try NIOSSLContext(
            configuration: .makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) },
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(Self.key.utf8), format: .pem))))
    }
}
