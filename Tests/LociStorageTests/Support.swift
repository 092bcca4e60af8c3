// Loci, Apache License 2.0.

import Testing

@testable import LociStorage

extension EnvironmentOptions {
    /// A map of 1 MiB at first, growing to `maximum`, without waiting for readers.
    static func small(maximum: Int = 1 << 30, timeout: Duration = .zero) -> EnvironmentOptions {
        var options = EnvironmentOptions()
        options.initialMapBytes = 1 << 20
        options.maximumMapBytes = maximum
        options.mapGrowthTimeout = timeout
        return options
    }
}

/// The storage error that `body` throws, or nil.
func storageError(_ body: () throws -> Void) -> StorageError? {
    do {
        try body()
    } catch {
        return error as? StorageError
    }
    return nil
}

extension Key {
    static func named(_ name: String, collection: UInt32 = 1) throws -> Key {
        try Key(collection: collection, identifier: name.utf8)
    }
}
