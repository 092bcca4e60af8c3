// Loci, Apache License 2.0.

/// What can be wrong with texts that are to become vectors, and with the models that make them.
public enum TextError: Error, Equatable, Sendable {
    /// A text is longer than the limit, in bytes; which one of those given, from 0.
    case textTooLong(index: Int, bytes: Int, limit: Int)
    /// A setting lies outside its range.
    case settingOutOfRange(name: String, value: Int, allowed: String)
    /// What a model computed has a number that is infinite or none; which text, from 0.
    case vectorNotFinite(model: String, index: Int)

    /// No model has this name.
    case modelNotFound(name: String, folder: String)
    /// A name that no folder of a model can have.
    case badModelName(name: String)
    /// A folder has not the files of a model, or more than those of one.
    case noModel(path: String, reason: String)
    /// A model of this kind is not run here.
    case unsupportedModel(path: String, reason: String)
    /// A model of this name is installed.
    case modelExists(name: String, path: String)
    /// A model could not be fetched or put in its place.
    case installationFailed(name: String, reason: String)

    /// The system does not give a file.
    case cannotRead(path: String, reason: String)
    /// The system does not take a file or folder.
    case cannotWrite(path: String, reason: String)
    /// A file is larger than the limit, in bytes.
    case fileTooLarge(path: String, bytes: Int, limit: Int)
    /// A file is not JSON; the byte, from 0.
    case badJSON(path: String, position: Int, reason: String)
    /// A member of a configuration is missing or has no sense.
    case badConfiguration(path: String, key: String, reason: String)

    /// A file is not in the safetensors form.
    case badSafetensors(path: String, reason: String)
    /// A file of weights has no tensor of this name.
    case tensorMissing(path: String, tensor: String)
    /// A tensor has not the shape that the model needs.
    case tensorShape(path: String, tensor: String, shape: [Int], expected: String)
    /// A tensor has elements that are not read here.
    case tensorType(path: String, tensor: String, type: String, allowed: String)
    /// An element of a tensor is infinite or not a number; which one, from 0.
    case tensorNotFinite(path: String, tensor: String, index: Int)

    /// A file of a tokenizer contradicts itself or the weights.
    case badTokenizer(path: String, reason: String)
    /// A part of a tokenizer is of a type that is not read here.
    case unsupportedTokenizer(path: String, part: String, type: String)
}

extension TextError: CustomStringConvertible {
    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .textTooLong(let index, let bytes, let limit):
            "text \(index) has \(bytes) bytes, the limit is \(limit); divide it"
        case .settingOutOfRange(let name, let value, let allowed):
            "\(name) is \(value), allowed is \(allowed)"
        case .vectorNotFinite(let model, let index):
            "the model \(model) gives text \(index) a vector with a number that is infinite or none; install it again"
        case .modelNotFound(let name, let folder):
            "no model \(name) in \(folder); install it, give the path of its folder, or use hashing"
        case .badModelName(let name):
            "\(name.debugDescription) cannot be the name of a model; "
                + "use 1 to 100 letters, digits, hyphens, points and underscores, and begin with a letter or digit"
        case .noModel(let path, let reason):
            "\(path) is not a model: \(reason)"
        case .unsupportedModel(let path, let reason):
            "\(path): \(reason)"
        case .modelExists(let name, let path):
            "the model \(name) is installed in \(path); remove that folder first, or replace it"
        case .installationFailed(let name, let reason):
            "the model \(name) could not be installed: \(reason)"
        case .cannotRead(let path, let reason):
            "can not read \(path): \(reason)"
        case .cannotWrite(let path, let reason):
            "can not write \(path): \(reason)"
        case .fileTooLarge(let path, let bytes, let limit):
            "\(path) has \(bytes) bytes, the limit is \(limit); it is not of the kind that is expected here"
        case .badJSON(let path, let position, let reason):
            "\(path) is not JSON: at byte \(position) \(reason); install the model again"
        case .badConfiguration(let path, let key, let reason):
            "\(path): \(key) \(reason)"
        case .badSafetensors(let path, let reason):
            "\(path) is not in the safetensors form: \(reason); install the model again"
        case .tensorMissing(let path, let tensor):
            "\(path) has no tensor \(tensor); it is not of the kind of model that is expected here"
        case .tensorShape(let path, let tensor, let shape, let expected):
            "\(path): the tensor \(tensor) has the shape \(shape), expected is \(expected)"
        case .tensorType(let path, let tensor, let type, let allowed):
            "\(path): the tensor \(tensor) has elements of type \(type), allowed is \(allowed)"
        case .tensorNotFinite(let path, let tensor, let index):
            "\(path): element \(index) of the tensor \(tensor) is infinite or not a number; install the model again"
        case .badTokenizer(let path, let reason):
            "\(path): \(reason); take tokenizer and weights of one model"
        case .unsupportedTokenizer(let path, let part, let type):
            "\(path): the \(part) is of type \(type), which is not read here; use a model with another tokenizer"
        }
    }
}
