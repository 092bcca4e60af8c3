// Loci, Apache License 2.0.

import CLMDB

extension Environment {
    /// The commits that readers of all processes see now, one for each reader; nil if they are unknown, as
    /// ``isUnlocked`` says.
    ///
    /// A writer that does not sync each commit has a reader that keeps the last synced one.
    package func readerCommits() throws(StorageError) -> [Int]? {
        if isUnlocked { return nil }
        let list = ReaderList()
        let context = Unmanaged.passUnretained(list).toOpaque()
        let code = withExtendedLifetime(list) {
            mdb_reader_list(
                rawHandle,
                { line, context in
                    guard let line, let context else { return 0 }
                    Unmanaged<ReaderList>.fromOpaque(context).takeUnretainedValue().add(String(cString: line))
                    return 0
                }, context)
        }
        if code < 0 { throw failure(code, "listing the readers") }
        return list.commits
    }
}

/// LMDB's list of readers, which it gives as text: a heading, and a line a slot of process, thread and commit.
final class ReaderList {
    private(set) var commits: [Int] = []

    /// Reads a piece of the list. A slot without a transaction has a dash for its commit, and sentences are no slots.
    func add(_ text: String) {
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count == 3, Int(fields[0]) != nil, let commit = Int(fields[2]) else { continue }
            commits.append(commit)
        }
    }
}
