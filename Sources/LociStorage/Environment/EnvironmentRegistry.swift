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
    /// The databases that nobody may open now; see ``ExclusiveUse``.
    private var reserved: Set<String> = []

    private init() {}

    /// The environment that is open on the file, or nil after noting that the caller now opens it; the caller then calls
    /// ``opened(_:)`` or, when LMDB has closed it, ``closed(_:)``. Waits while the path is reserved.
    ///
    /// - Throws: ``StorageError/replacedWhileOpen(path:)`` if another file of that path is still open: both would use one
    ///   lock file.
    func claim(_ identity: FileIdentity, path: String) throws(StorageError) -> Environment? {
        monitor.lock()
        defer { monitor.unlock() }
        while true {
            if let entry = entries[identity] {
                if !entry.isOpening, let environment = entry.environment { return environment }
                // Nil as well for an environment that another thread is closing: its end is waited for.
            } else if !reserved.contains(path) {
                break
            }
            monitor.wait()
        }
        if entries.values.contains(where: { $0.path == path }) { throw .replacedWhileOpen(path: path) }
        entries[identity] = Entry(path: path)
        return nil
    }

    /// Keeps a database that is not open in this process from being opened, until ``release(path:)``.
    ///
    /// - Returns: false if it is open, or reserved already.
    func reserve(path: String, identity: FileIdentity?) -> Bool {
        // Let go of after the monitor: the last reference closes the file, and ``closed(_:)`` takes the monitor.
        var inUse: Environment?
        monitor.lock()
        var isFree = !reserved.contains(path)
        while isFree, let (_, entry) = entries.first(where: { $0 == identity || $1.path == path }) {
            inUse = entry.environment
            if entry.isOpening || inUse != nil {
                isFree = false
            } else {
                monitor.wait()
            }
        }
        if isFree { reserved.insert(path) }
        monitor.unlock()
        return withExtendedLifetime(inUse) { isFree }
    }

    /// Lets the database be opened again.
    func release(path: String) {
        monitor.lock()
        reserved.remove(path)
        monitor.wakeAll()
        monitor.unlock()
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
