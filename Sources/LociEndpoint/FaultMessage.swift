// Loci, Apache License 2.0.

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// What a server says where it does not do what it was asked for: `{"error": {"message": …}}`, or one of the forms that are about.
enum FaultMessage {
    private struct Form: Decodable {
        let error: Part?
        let message: String?
        let detail: Part?

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Key.self)
            error = try? container.decodeIfPresent(Part.self, forKey: .error)
            message = try? container.decodeIfPresent(String.self, forKey: .message)
            detail = try? container.decodeIfPresent(Part.self, forKey: .detail)
        }

        enum Key: CodingKey { case error, message, detail }
    }

    /// A text, or an object with one.
    private struct Part: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            if let text = try? decoder.singleValueContainer().decode(String.self) {
                self.text = text
            } else {
                text = try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .message)
            }
        }

        enum Key: CodingKey { case message }
    }

    /// The message; the bytes themselves if they are no JSON, as proxies send them. Nil for JSON of other forms: in it a key might be
    /// escaped, so that it would not be found.
    static func text(of bytes: [UInt8]) -> String? {
        if let form = try? JSONDecoder().decode(Form.self, from: Data(bytes)) {
            return form.error?.text ?? form.message ?? form.detail?.text
        }
        guard let first = bytes.first(where: { $0 > 0x20 }), !Array("{[\"".utf8).contains(first) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}
