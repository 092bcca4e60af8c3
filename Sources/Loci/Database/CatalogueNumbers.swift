// Loci, Apache License 2.0.

import LociStorage

// The numbers of collections, for who goes through them little by little: a collection keeps its number as long as it is not built
// anew, and no other ever gets it.

extension Catalogue {
    /// All names with the numbers that they lead to, in the order of the names' bytes.
    fileprivate static func numbers(
        in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws -> [(number: Int, name: String)] {
        try names(in: transaction).compactMap { name in
            try number(of: name, in: transaction).map { (Int($0), name) }
        }
    }
}

extension Database {
    /// The names of all collections with their numbers.
    package func numberedCollectionNames() throws -> [(number: Int, name: String)] {
        try LociError.mapped { try environment.read { try Catalogue.numbers(in: $0) } }
    }
}

extension DatabaseView {
    /// The names of all collections with their numbers.
    package func numberedCollectionNames() throws -> [(number: Int, name: String)] {
        try LociError.mapped { try withTransaction { try Catalogue.numbers(in: $0) } }
    }
}

extension DatabaseTransaction {
    /// The names of all collections with their numbers.
    package func numberedCollectionNames() throws -> [(number: Int, name: String)] {
        try LociError.mapped { try Catalogue.numbers(in: opened()) }
    }
}
