// Loci, Apache License 2.0.

/// What can go wrong with a memory.
///
/// Errors of the database below are `LociError`, of vectors `IndexError`, of embedders `TextError`.
public enum MemoryError: Error, Equatable, Sendable {
    /// A name that a namespace cannot have.
    case badNamespace(name: String, reason: String)
    /// There is no namespace of this name.
    case namespaceNotFound(name: String)
    /// A field of a unit that cannot be used: which unit of those given, from 0, and what is wrong.
    case badUnit(index: Int, field: String, reason: String)
    /// A key under which there is another unit.
    case keyTaken(key: String, by: UnitID)
    /// There is no unit of this identifier in the namespace.
    case unitNotFound(UnitID)
    /// A unit that another has taken the place of already.
    case alreadySuperseded(UnitID, by: UnitID)
    /// A chain of units that took each other's places would lead back to its beginning.
    case supersedesItself(UnitID)
    /// The namespace's vectors are of another model.
    case otherModel(namespace: String, model: String, given: String)
    /// A vector of another length, or that is no vector.
    case badVector(index: Int, reason: String)
    /// Nothing was asked.
    case emptyQuery
    /// A parameter outside of what is allowed.
    case parameter(name: String, value: String, allowed: String)
    /// A session that the namespace does not have.
    case sessionNotFound(String)
    /// A record of the namespace that cannot be read.
    case corrupt(String)
    /// A line of an import that cannot be used.
    case badLine(line: Int, reason: String)
    /// A namespace that was to be made is there already.
    case namespaceExists(name: String)
    /// A file of conversations, or of their vectors, that cannot be used.
    case badConversations(path: String, reason: String)
    /// Members of a stream of blocks that cannot be used.
    case badMembers(reason: String)
    /// There is no store of blocks of this name.
    case blockStoreNotFound(name: String)
    /// There is no block of this number in the store: it may have been evicted.
    case blockNotFound(UInt32)
    /// There is no stream of this name in the store.
    case streamNotFound(String)
    /// What answers for a model did not do as it must.
    case hook(name: String, reason: String)
}

extension MemoryError: CustomStringConvertible {
    /// One line: what is wrong, and what to do.
    public var description: String {
        switch self {
        case .badNamespace(let name, let reason):
            "\"\(name)\" cannot name a namespace: \(reason); give one to \(MemoryNamespace.maximumParts) parts between slashes, "
                + "such as tenant/user/agent"
        case .namespaceNotFound(let name):
            "there is no namespace \"\(name)\"; what is remembered in it makes it"
        case .badUnit(let index, let field, let reason): "unit \(index): its \(field) cannot be used: \(reason)"
        case .keyTaken(let key, let id):
            "the key \"\(key)\" is that of unit \(id), whose text is another; choose another key, or supersede that unit"
        case .unitNotFound(let id): "there is no unit \(id) in this namespace"
        case .alreadySuperseded(let id, let other):
            "unit \(id) has been superseded by \(other) already; supersede that one"
        case .supersedesItself(let id): "unit \(id) would supersede itself"
        case .otherModel(let namespace, let model, let given):
            "the vectors of \"\(namespace)\" are by the model \(model), and not by \(given); use that model, or move the memory: "
                + "loci memory reembed"
        case .badVector(let index, let reason): "unit \(index): its vector cannot be used: \(reason)"
        case .emptyQuery: "the question is empty; ask something"
        case .parameter(let name, let value, let allowed): "\(name) is \(value); it must be \(allowed)"
        case .sessionNotFound(let name): "there is no session \"\(name)\" in this namespace"
        case .corrupt(let text): "the memory contradicts itself: \(text); check the database: loci check"
        case .badLine(let line, let reason): "line \(line): \(reason)"
        case .namespaceExists(let name):
            "the namespace \"\(name)\" is there already; choose another name, or forget it first"
        case .badConversations(let path, let reason): "\(path): \(reason)"
        case .badMembers(let reason): "the members cannot be stored: \(reason)"
        case .blockStoreNotFound(let name): "there is no store of blocks \"\(name)\"; what is appended to it makes it"
        case .blockNotFound(let number): "there is no block \(number) in this store; it may have been evicted"
        case .streamNotFound(let name): "there is no stream \"\(name)\" in this store"
        case .hook(let name, let reason): "\(name): \(reason)"
        }
    }
}
