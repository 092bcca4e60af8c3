// Loci, Apache License 2.0.

public import LociAttributes
import LociIndex
import LociStorage
import LociWords

/// What can go wrong with a database and its collections.
///
/// Vectors and parameters that cannot be used are reported as `IndexError`, queries for words as `WordsError`, vector files as
/// `VectorFileError`. Damage is always `corrupt`, wherever it was met.
public enum LociError: Error, Equatable, Sendable {
    /// There is no database at the path.
    case databaseNotFound(path: String)
    /// What is at the path is no Loci database.
    case notADatabase(path: String, reason: String)
    /// The database is of a format that this version does not read.
    case unsupportedFormat(String)
    /// The database contradicts itself; the text says where.
    case corrupt(String)
    /// The database can only be read, or not even that.
    case notPermitted(String)
    /// The disk, or the size that the database may have, is used up.
    case full(String)
    /// A limit of the database was reached.
    case limit(String)
    /// Another process, or another part of this one, is in the way.
    case busy(String)
    /// A file is where one is to be made, and was not to be replaced.
    case fileExists(path: String)
    /// What is where a file is to be made is none: a folder, a device.
    case notAFile(path: String)
    /// The folder of a file to be made does not exist.
    case folderNotFound(path: String)
    /// A database was to be copied over itself, or over its lock file.
    case sameFile(path: String)
    /// The operating system refused.
    case system(String)
    /// There is a collection of this name already.
    case collectionExists(name: String)
    /// There is no collection of this name.
    case collectionNotFound(name: String, existing: [String])
    /// A name that a collection cannot have.
    case collectionName(name: String, reason: String)
    /// Properties of a collection that are too large.
    case propertiesLength(name: String, bytes: Int, limit: Int)
    /// There is a table of records of this name already.
    case recordTableExists(name: String)
    /// There is no table of records of this name.
    case recordTableNotFound(name: String, existing: [String])
    /// The collection has no vectors, and what was asked of it takes some.
    case emptyCollection(name: String)
    /// The collection holds vectors already, and they were not to be replaced.
    case collectionNotEmpty(name: String)
    /// Another number of identifiers than of rows, which are vectors where no row has several.
    case identifierCount(identifiers: Int, vectors: Int)
    /// An identifier that is empty or too long.
    case identifierLength(row: Int?, bytes: Int, limit: Int)
    /// A row of no vectors, or of too many.
    case vectorCount(id: VectorID, vectors: Int, limit: Int)
    /// Rows of another number of vectors than there are.
    case vectorTotal(rows: Int, vectors: Int)
    /// Two rows have the same identifier.
    case duplicateIdentifier(String, rows: [Int])
    /// The collection has a vector of this identifier already.
    case identifierExists(name: String, id: VectorID)
    /// Identifiers that the collection does not have: the first of them, and how many of how many that were asked for.
    case identifiersNotFound(name: String, first: VectorID, count: Int, of: Int)
    /// A path that leads along no field of attributes, or is too long.
    case fieldPath(String, reason: String)
    /// The collection has an index on the field already.
    case indexExists(name: String, path: String, kind: FieldKind)
    /// The collection has no index on the field.
    case indexNotFound(name: String, path: String, existing: [String])
    /// The collection has as many indexes as it can have.
    case tooManyIndexes(name: String, limit: Int)
    /// The collection has no index of the kind `text` on the field; `nil`: on none at all.
    case textIndexNotFound(name: String, path: String?, existing: [String])
    /// More than one field has an index of the kind `text`, and it was not said which to search.
    case textFieldNeeded(name: String, existing: [String])
    /// The ground truth does not fit the queries or the collection.
    case groundTruth(String)
    /// The collection was never tuned for this recall, or only for fewer neighbours.
    case notTuned(name: String, recall: Double, k: Int, tuning: SearchTuning?)
    /// No window up to the largest reached the recall; `best` is that of the largest.
    case recallNotReached(name: String, recall: Double, k: Int, best: Double, window: Int)
    /// The collection is scanned, so that windows make no difference.
    case nothingToTune(name: String)
    /// A search was to be continued after a write: its cursor is of another commit than the one that is seen now.
    case cursorOutdated(name: String, commit: Int, current: Int)
    /// A cursor is of another search than the one that it was to continue; the text says what is another.
    case cursorMismatch(name: String, reason: String)
    /// A view was used after its end.
    case viewEnded
    /// A write transaction was used after its end.
    case transactionEnded
    /// No quantization and degree reach the goal of a build; it says what can be reached, and what it would take.
    case goalNotReached(BuildPlan.Shortfall)

    /// Maps an error of the storage, and what others say of damage, to one of ours, and leaves the rest as it is.
    static func mapping(_ error: any Error) -> any Error {
        switch error {
        case let error as StorageError: return mapping(error)
        case IndexError.corrupt: return LociError.corrupt("\(error)")
        case WordsError.badPostings, WordsError.badLengths: return LociError.corrupt("\(error)")
        default: return error
        }
    }

    private static func mapping(_ error: StorageError) -> LociError {
        let text = error.description
        switch error {
        case .notFound(let path): return LociError.databaseNotFound(path: path)
        case .notADatabase(let path, let reason): return LociError.notADatabase(path: path, reason: reason)
        case .formatVersion, .pageUnit, .lmdbVersion: return LociError.unsupportedFormat(text)
        case .corrupted, .syncFile: return LociError.corrupt(text)
        case .permission, .readOnly, .openForReadingOnly, .needsRecovery: return LociError.notPermitted(text)
        case .mapFull, .diskFull, .addressSpace: return LociError.full(text)
        case .readersFull, .syncInterval, .keyLength, .valueLength, .recordLength, .recordNumber, .transactionTooLarge,
            .collectionNumbersExhausted:
            return LociError.limit(text)
        case .busy, .mapGrowthBlocked, .nestedWrite, .replacedWhileOpen, .inUse: return LociError.busy(text)
        case .fileExists(let path): return LociError.fileExists(path: path)
        case .notAFile(let path): return LociError.notAFile(path: path)
        case .folderNotFound(let path): return LociError.folderNotFound(path: path)
        case .sameFile(let path): return LociError.sameFile(path: path)
        case .unusable, .misuse, .system: return LociError.system(text)
        }
    }

    /// Runs `body`, and lets errors of the storage out as our own.
    static func mapped<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch { throw mapping(error) }
    }
}

extension LociError: CustomStringConvertible {
    /// One line: what is wrong, and what to do.
    public var description: String {
        switch self {
        case .databaseNotFound(let path):
            "no database at \(path); build one with `loci build`, or check the path"
        case .notADatabase(let path, let reason):
            "\(path) is not a Loci database: \(reason)"
        case .unsupportedFormat(let text), .corrupt(let text), .notPermitted(let text), .full(let text),
            .limit(let text), .busy(let text), .system(let text):
            text
        case .fileExists(let path):
            "\(path) exists already; choose another name, or replace it (--replace)"
        case .notAFile(let path):
            "\(path) is no regular file; choose another name"
        case .folderNotFound(let path):
            "the folder of \(path) does not exist; make it, or check the path"
        case .sameFile(let path):
            "\(path) is the database that is to be copied, or its lock file; choose another name"
        case .collectionExists(let name):
            "the collection \"\(name)\" exists already; choose another name, drop it, or replace it (--replace)"
        case .collectionNotFound(let name, let existing):
            existing.isEmpty
                ? "there is no collection \"\(name)\"; the database has none"
                : "there is no collection \"\(name)\"; the database has \(Self.list(existing))"
        case .recordTableExists(let name):
            "the table of records \"\(name)\" exists already; choose another name, or drop it"
        case .recordTableNotFound(let name, let existing):
            existing.isEmpty
                ? "there is no table of records \"\(name)\"; the database has none"
                : "there is no table of records \"\(name)\"; the database has \(Self.list(existing))"
        case .collectionName(let name, let reason):
            "\"\(name)\" cannot name a collection or a table: \(reason)"
        case .propertiesLength(let name, let bytes, let limit):
            "the properties of the collection \"\(name)\" have \(bytes) bytes, and \(limit) is the limit; keep what is larger "
                + "as attributes of a row"
        case .emptyCollection(let name):
            "the collection \"\(name)\" has no vectors; add some first"
        case .collectionNotEmpty(let name):
            "the collection \"\(name)\" holds vectors already; ask for them to be replaced, or use another collection"
        case .identifierCount(let identifiers, let vectors):
            "there are \(identifiers) identifiers for \(vectors) rows; give one for each"
        case .identifierLength(let row, let bytes, let limit):
            "the identifier\(row.map { " of row \($0)" } ?? "") has \(bytes) bytes; it must have from 1 to \(limit)"
        case .vectorCount(let id, let vectors, let limit):
            "the row \"\(id)\" is of \(vectors) vectors; it must have from 1 to \(limit): give the others to rows of their own"
        case .vectorTotal(let rows, let vectors):
            "the rows are said to be of \(rows) vectors, but there are \(vectors); the numbers of each must add up to that"
        case .duplicateIdentifier(let identifier, let rows):
            "the identifier \"\(identifier)\" is given to the rows \(rows.map(String.init).joined(separator: " and ")); "
                + "each vector needs its own"
        case .identifierExists(let name, let id):
            "the collection \"\(name)\" has a vector \"\(id)\" already; replace it (upsert), or use another identifier"
        case .identifiersNotFound(let name, let first, let count, let total):
            "the collection \"\(name)\" has no \"\(first)\""
                + (count > 1 ? "; \(count) of the \(total) identifiers are unknown" : "")
        case .fieldPath(let path, let reason):
            "\"\(path)\" names no field: \(reason)"
        case .indexExists(let name, let path, let kind):
            "the collection \"\(name)\" has an index on \(path) already, of the kind \(kind.rawValue); drop it first to "
                + "change its kind"
        case .indexNotFound(let name, let path, let existing):
            "the collection \"\(name)\" has no index on \(path); "
                + (existing.isEmpty ? "it has none at all" : "it has some on \(Self.list(existing))")
        case .tooManyIndexes(let name, let limit):
            "the collection \"\(name)\" has \(limit) indexes, which is the limit; drop one that no filter needs"
        case .textIndexNotFound(let name, let path, let existing):
            "the collection \"\(name)\" has no index of words" + (path.map { " on \($0)" } ?? "") + "; "
                + (existing.isEmpty
                    ? "make one: loci index … --add \(path ?? "FIELD"):text" : "it has some on \(Self.list(existing))")
        case .textFieldNeeded(let name, let existing):
            "the collection \"\(name)\" has indexes of words on \(Self.list(existing)); say which of them is to be searched"
        case .groundTruth(let text): text
        case .notTuned(let name, let recall, let k, let tuning):
            "recall@\(k) \(recall) is not known of the collection \"\(name)\", which \(Self.reach(of: tuning)); run "
                + "loci tune with --k \(k) --recall \(recall), or give a window"
        case .recallNotReached(let name, let recall, let k, let best, let window):
            "the collection \"\(name)\" does not reach recall@\(k) \(recall): its largest window that is of use, "
                + "\(window), reaches \(best), and nothing was stored; ask for less, allow a larger window, or build it "
                + "with a larger degree or more bits"
        case .nothingToTune(let name):
            "the collection \"\(name)\" is so small that it is scanned; every search is exact, and there is nothing to "
                + "tune"
        case .cursorOutdated(let name, let commit, let current):
            "the cursor is of commit \(commit), but the collection \"\(name)\" is seen at commit \(current): search all "
                + "pages within one `database.read { view in … }`, or begin anew without a cursor"
        case .cursorMismatch(let name, let reason):
            "the cursor is not of this search of the collection \"\(name)\": it was made for another \(reason); give what "
                + "it was made with, or begin anew without a cursor"
        case .viewEnded: "the view has ended: use it inside of the closure that it is given to, or begin another"
        case .transactionEnded:
            "the transaction has ended: use it inside of the closure that it is given to, or begin another"
        case .goalNotReached(let shortfall): shortfall.description
        }
    }

    private static func reach(of tuning: SearchTuning?) -> String {
        guard let tuning, let last = tuning.points.last else { return "was never tuned" }
        return "was tuned for recall@\(tuning.k) up to \(last.recall) only"
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(10).map { "\"\($0)\"" }.joined(separator: ", ")
        return names.count > 10 ? "\(shown) and \(names.count - 10) more" : shown
    }
}
