// Loci, Apache License 2.0.

/// The files that are open in this process.
///
/// LMDB must not open a file twice in one process: closing one of the two would drop the locks of the other. So there is
/// one environment a file, found by device and inode, and an entry stays until LMDB has really closed the file.
final class EnvironmentRegistry: @unchecked Sendable {
    static let shared = EnvironmentRegistry()

    private struct Entry {
        let path: String
        weak var environment: Environment?
        var isOpening = true
    }

    private let monitor = Monitor()
    private var entries: [FileIdentity: Entry] = [:]

    private init() {}

    /// The environment that is open on the file, or nil after noting that the caller now opens it; the caller then calls
    /// ``opened(_:)`` or, when LMDB has closed it, ``closed(_:)``.
    ///
    /// - Throws: ``StorageError/replacedWhileOpen(path:)`` if another file of that path is still open: both would use one
    ///   lock file.
    func claim(_ identity: FileIdentity, path: String) throws(StorageError) -> Environment? {
        monitor.lock()
        defer { monitor.unlock() }
        // Nil as well for an environment that another thread is closing: its end is waited for.
        while let entry = entries[identity] {
            if !entry.isOpening, let environment = entry.environment { return environment }
            monitor.wait()
        }
        if entries.values.contains(where: { $0.path == path }) { throw .replacedWhileOpen(path: path) }
        entries[identity] = Entry(path: path)
        return nil
    }

    /// Whether a file of the path is open, or on its way to be or not to be.
    func isOpen(path: String) -> Bool {
        monitor.lock()
        defer { monitor.unlock() }
        return entries.values.contains { $0.path == path }
    }

    /// Lets others have the environment.
    func opened(_ environment: Environment) {
        monitor.lock()
        entries[environment.identity]?.environment = environment
        entries[environment.identity]?.isOpening = false
        monitor.wakeAll()
        monitor.unlock()
    }

    /// Notes that LMDB has the file open no more.
    func closed(_ identity: FileIdentity) {
        monitor.lock()
        entries[identity] = nil
        monitor.wakeAll()
        monitor.unlock()
    }
}
