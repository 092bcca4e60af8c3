// Loci, Apache License 2.0.

/// What can go wrong with a model behind an address.
///
/// No message has the key in it, not even where a server sends it back.
public enum EndpointError: Error, Equatable, Sendable {
    // Of what was asked for.

    /// The address is none of a server of HTTP.
    case badAddress(reason: String)
    /// The name is none of a model.
    case badModelName(reason: String)
    /// A setting lies outside its range.
    case settingOutOfRange(name: String, value: String, allowed: String)
    /// The variable that was named is not set.
    case keyMissing(variable: String)
    /// What the variable holds cannot be sent as a key.
    case badKey(variable: String)

    // Of the way there and back.

    /// No connection could be made, or it broke; how often it was tried.
    case connectionFailed(address: String, attempts: Int, reason: String)
    /// The connection could not be encrypted, or the server did not prove to be the one that is named.
    case encryption(address: String, reason: String)
    /// There was no whole answer in time.
    case timeout(address: String, seconds: Double)
    /// The server answered with another status than 200; how often it was asked, and what it says.
    case status(address: String, code: Int, attempts: Int, message: String)
    /// The answer is longer than the limit, in bytes.
    case answerTooLarge(address: String, limit: Int)
    /// The answer is not of the form that was agreed on.
    case badAnswer(address: String, reason: String)

    // Of vectors.

    /// There are not as many vectors as texts.
    case wrongCount(model: String, vectors: Int, texts: Int)
    /// Two vectors are for the same text; which one, from 0.
    case duplicateIndex(model: String, index: Int)
    /// A vector is for a text that was not sent.
    case indexOutOfRange(model: String, index: Int, texts: Int)
    /// A vector has another number of numbers; of which text, from 0.
    case wrongDimension(model: String, index: Int, dimension: Int, expected: Int)
    /// A vector has a number that is infinite or none; of which text, from 0.
    case vectorNotFinite(model: String, index: Int)
    /// A vector is zero; of which text, from 0.
    case vectorIsZero(model: String, index: Int)

    // Of chats.

    /// A model answered with what the question did not ask for.
    case unusableAnswer(model: String, expected: String, answer: String)
}

extension EndpointError: CustomStringConvertible {
    /// One line: what is wrong, and what to do.
    public var description: String {
        switch self {
        case .badAddress(let reason):
            "the address of the model cannot be used: \(reason); give one such as http://localhost:11434/v1"
        case .badModelName(let reason):
            "the name of the model cannot be used: \(reason); take it from the server's list, GET /v1/models"
        case .settingOutOfRange(let name, let value, let allowed):
            "\(name) is \(value), allowed is \(allowed)"
        case .keyMissing(let variable):
            "the variable \(variable), which is to hold the key, is not set; set it, or name another"
        case .badKey(let variable):
            "what the variable \(variable) holds is no key: it must be 1 to \(EndpointKey.maximumBytes) visible characters of ASCII; "
                + "look for spaces and line ends in it"
        case .connectionFailed(let address, let attempts, let reason):
            "no answer from \(address) after \(Self.times(attempts)): \(reason); see whether the server runs"
        case .encryption(let address, let reason):
            "the connection to \(address) cannot be encrypted: \(reason); see whether its certificate is signed by an authority that "
                + "is known here, and names its host"
        case .timeout(let address, let seconds):
            "\(address) has not answered within \(seconds) s; see whether it works, or allow more time"
        case .status(let address, let code, let attempts, let message):
            "\(address) answers with status \(code) after \(Self.times(attempts))"
                + (message.isEmpty ? "" : ": \(message)")
                + "; " + Self.remedy(code)
        case .answerTooLarge(let address, let limit):
            "the answer of \(address) has more than \(limit) bytes; send fewer texts at a time, or raise the limit"
        case .badAnswer(let address, let reason):
            "the answer of \(address) is not of OpenAI's form: \(reason); see whether the address ends as the server's manual says"
        case .wrongCount(let model, let vectors, let texts):
            "\(model) gave \(vectors) vectors for \(texts) texts; send fewer texts at a time"
        case .duplicateIndex(let model, let index):
            "\(model) gave two vectors for text \(index); its server does not keep to the form"
        case .indexOutOfRange(let model, let index, let texts):
            "\(model) gave a vector for text \(index) of \(texts); its server does not keep to the form"
        case .wrongDimension(let model, let index, let dimension, let expected):
            "\(model) gave text \(index) a vector of \(dimension) numbers, expected are \(expected); give the model's own dimension"
        case .vectorNotFinite(let model, let index):
            "\(model) gave text \(index) a vector with a number that is infinite or none; see whether its server is in order"
        case .vectorIsZero(let model, let index):
            "\(model) gave text \(index) a vector of zeros; see whether its server is in order"
        case .unusableAnswer(let model, let expected, let answer):
            "\(model) was asked for \(expected) and answered \(answer.debugDescription); take a larger model"
        }
    }

    private static func times(_ attempts: Int) -> String { attempts == 1 ? "1 attempt" : "\(attempts) attempts" }

    private static func remedy(_ code: Int) -> String {
        switch code {
        case 401, 403: "see whether the key is right"
        case 404: "see whether the address ends as the server's manual says, and whether it has the model"
        case 408, 429, 500...: "try again later"
        case 300..<400: "give the address that it leads to"
        default: "see what the server asks for"
        }
    }
}
