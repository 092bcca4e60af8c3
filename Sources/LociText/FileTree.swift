// Loci, Apache License 2.0.

import LociFiles

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Folders, by the system's functions.
enum FileTree {
    enum Kind {
        case file, folder, other
    }

    /// What is at a path; nil if nothing is.
    static func kind(_ path: String) -> Kind? {
        var status = stat()
        guard !path.utf8.contains(0), stat(path, &status) == 0 else { return nil }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return .file
        case S_IFDIR: return .folder
        default: return .other
        }
    }

    /// The names of what a folder holds, hidden ones left out, sorted.
    ///
    /// - Throws: `cannotRead`.
    static func names(_ folder: String) throws(TextError) -> [String] {
        guard !folder.utf8.contains(0), let stream = opendir(folder) else {
            throw .cannotRead(path: folder, reason: systemMessage(errno))
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let capacity = MemoryLayout.size(ofValue: entry.pointee.d_name)
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: capacity) { String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }

    /// The paths of the files in a folder and those below it, from the folder on, sorted.
    ///
    /// - Throws: `cannotRead`; `noModel` for a folder that holds more files than the limit.
    static func files(in folder: String, depth: Int, limit: Int) throws(TextError) -> [String] {
        var files: [String] = []
        var waiting: [(path: String, depth: Int)] = [("", 0)]
        while let next = waiting.popLast() {
            for name in try names(next.path.isEmpty ? folder : "\(folder)/\(next.path)") {
                let path = next.path.isEmpty ? name : "\(next.path)/\(name)"
                switch kind("\(folder)/\(path)") {
                case .file: files.append(path)
                case .folder where next.depth < depth: waiting.append((path, next.depth + 1))
                default: break
                }
                guard files.count + waiting.count <= limit else {
                    throw .noModel(path: folder, reason: "it holds more than \(limit) files")
                }
            }
        }
        return files.sorted()
    }

    /// Makes a folder and those above it that are missing.
    ///
    /// - Throws: `cannotWrite`.
    static func makeFolder(_ path: String) throws(TextError) {
        guard !path.isEmpty, !path.utf8.contains(0) else {
            throw .cannotWrite(path: path, reason: "the path is empty or holds a zero byte")
        }
        if kind(path) == .folder { return }
        if let slash = path.dropLast().lastIndex(of: "/"), slash > path.startIndex {
            try makeFolder(String(path[..<slash]))
        }
        guard mkdir(path, 0o755) == 0 || errno == EEXIST && kind(path) == .folder else {
            throw .cannotWrite(path: path, reason: systemMessage(errno))
        }
    }

    /// Makes a new folder beside others, whose name begins with a point and ends at random.
    ///
    /// - Throws: `cannotWrite`.
    static func makeTemporaryFolder(in folder: String) throws(TextError) -> String {
        var template = Array("\(folder)/.loci-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw .cannotWrite(path: folder, reason: systemMessage(errno)) }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Removes a file, or a folder with all it holds; a link, and not what it leads to. What can not be removed stays.
    static func remove(_ path: String) {
        var status = stat()
        guard lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            unlink(path)
            return
        }
        guard let stream = opendir(path) else { return }
        var names: [String] = []
        while let entry = readdir(stream) {
            let capacity = MemoryLayout.size(ofValue: entry.pointee.d_name)
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: capacity) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        closedir(stream)
        for name in names { remove("\(path)/\(name)") }
        rmdir(path)
    }

    /// Gives a file or folder another name, in one step.
    ///
    /// - Throws: `cannotWrite`.
    static func rename(_ path: String, to target: String) throws(TextError) {
        #if canImport(Glibc)
        let code = Glibc.rename(path, target)
        #elseif canImport(Musl)
        let code = Musl.rename(path, target)
        #else
        let code = Darwin.rename(path, target)
        #endif
        guard code == 0 else { throw .cannotWrite(path: target, reason: systemMessage(errno)) }
    }

    /// Copies a file to a name that is not there yet, and syncs the copy.
    ///
    /// - Throws: `cannotRead`, `cannotWrite`.
    static func copy(_ path: String, to target: String) throws(TextError) {
        let source = try TextFileBytes.map(path)
        let descriptor = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .cannotWrite(path: target, reason: systemMessage(errno)) }
        defer { close(descriptor) }
        let code: Int32 = source.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let written = write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                if written < 0, errno == EINTR { continue }
                guard written > 0 else { return errno }
                rest = rest.dropFirst(written)
            }
            return fsync(descriptor) == 0 ? 0 : errno
        }
        guard code == 0 else { throw .cannotWrite(path: target, reason: systemMessage(code)) }
    }

    /// Syncs what a folder says of the names in it.
    static func syncFolder(_ path: String) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        // Some file systems refuse this for folders, and need it as little.
        _ = fsync(descriptor)
        close(descriptor)
    }
}
