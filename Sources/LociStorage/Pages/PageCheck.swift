// Loci, Apache License 2.0.

/// A page of the file that a check found wrong.
package struct PageFault: Equatable, Sendable, CustomStringConvertible {
    /// The page; nil for what is wrong of all together.
    package let page: UInt64?
    /// Which tree leads to it.
    package let tree: String
    /// What is wrong.
    package let what: String

    /// The page and the tree.
    package var place: String { page.map { "page \($0) of \(tree)" } ?? tree }

    /// The fault in one line.
    package var description: String { "\(place): \(what)" }
}

/// Walks LMDB's B-trees without LMDB, which trusts its pages: a wrong offset in one of them makes it read or write outside of
/// the page, and the map.
///
/// Every page that a commit can reach is looked at: number, flags, bounds, the places of nodes, keys and their order, the
/// lengths of values, overflow pages; that no page serves twice; that the trees are made of as many pages and entries as
/// their records say; and that the pages of the free list are used nowhere else, and with the others make up the file. What
/// values hold is not looked at, but for the free list's.
///
/// Nothing is trusted, no page is visited twice, and there is no recursion: the time is bounded by the pages of the file,
/// whatever it holds. Memory is two bits a page.
struct PageCheck {
    /// LMDB's own bound of the depth.
    static let maximumDepth = 32

    let file: PageFile
    let meta: PageMeta
    let limit: Int
    private(set) var faults: [PageFault] = []
    private var used: PageSet
    private var free: PageSet

    /// - Parameter limit: how many faults are noted at the most.
    init(file: PageFile, meta: PageMeta, limit: Int) {
        self.file = file
        self.meta = meta
        self.limit = limit
        used = PageSet(pages: 0)
        free = PageSet(pages: 0)
    }

    /// Looks at everything.
    mutating func checkAll() throws(StorageError) {
        used = PageSet(pages: meta.lastPage + 1)
        free = PageSet(pages: meta.lastPage + 1)
        used.insert(0)
        used.insert(1)
        try walk(meta.free, .freeList)
        let tables = try walk(meta.main, .main(mayHoldValues: false))
        for (name, tree) in tables { try walk(tree, .table(name)) }
        guard faults.isEmpty else { return }
        let known = used.count + free.count
        if known != meta.lastPage + 1 {
            add(nil, "the free list", "\(meta.lastPage + 1 - known) pages are in use nowhere, and not free")
        }
    }

    /// Looks at what opening a database reads: the tree of tables, and the trees of a few of them.
    ///
    /// - Parameters:
    ///   - small: the tables, which must be small.
    ///   - budget: how many pages are looked at, at the most: opening takes no time that grows with the file.
    mutating func checkOpening(_ small: [String], budget: UInt64) throws(StorageError) {
        used = PageSet(pages: meta.lastPage + 1, isSparse: true)
        free = PageSet(pages: 0)
        pagesLeft = budget
        // A file of another program may have values there, which is not for this check to tell.
        let tables = try walk(meta.main, .main(mayHoldValues: true))
        for (name, tree) in tables where small.contains(name) { try walk(tree, .table(name)) }
    }

    /// How many pages may still be looked at.
    var pagesLeft = UInt64.max
    /// An error of the system, which ends the check.
    var failure: StorageError?

    mutating func add(_ page: UInt64?, _ tree: String, _ what: String) {
        if faults.count < limit { faults.append(PageFault(page: page, tree: tree, what: what)) }
    }

    var isFull: Bool { faults.count >= limit }

    /// Notes that pages are in use.
    mutating func use(_ first: UInt64, count: UInt64) throws(PageFlaw) {
        guard first >= 2, first <= meta.lastPage, count <= meta.lastPage - first + 1 else {
            throw PageFlaw(
                "pages \(first) to \(first &+ count &- 1) are not of the file's, which end at \(meta.lastPage)")
        }
        for page in first..<first + count {
            if free.contains(page) { throw PageFlaw("page \(page) is in the free list, too") }
            guard used.insert(page) else { throw PageFlaw("page \(page) serves twice") }
        }
    }

    /// Notes the pages that an entry of the free list names: their number, and then they, falling.
    mutating func release(_ list: UnsafeRawBufferPointer) throws(PageFlaw) {
        guard list.count >= 8, list.count % 8 == 0 else { throw PageFlaw("an entry has \(list.count) bytes") }
        let count = list.native(at: 0, as: UInt64.self)
        guard count < UInt64(list.count / 8) else {
            throw PageFlaw("an entry of \(list.count) bytes names \(count) pages")
        }
        var last = UInt64.max
        for index in 0..<Int(count) {
            let page = list.native(at: 8 * (index + 1), as: UInt64.self)
            guard page < last, page >= 2, page <= meta.lastPage else {
                throw PageFlaw("an entry names page \(page) after \(last), of \(meta.lastPage)")
            }
            if used.contains(page) { throw PageFlaw("page \(page) is in use, too") }
            guard free.insert(page) else { throw PageFlaw("page \(page) is named twice") }
            last = page
        }
    }
}

/// A set of pages.
struct PageSet {
    private var words: [UInt64]
    /// In place of the words, for few of many pages.
    private var few: Set<UInt64>?
    private(set) var count: UInt64 = 0

    /// - Parameters:
    ///   - pages: how many there may be.
    ///   - isSparse: whether it will have few.
    init(pages: UInt64, isSparse: Bool = false) {
        words = isSparse ? [] : [UInt64](repeating: 0, count: Int(pages / 64) + 1)
        few = isSparse ? [] : nil
    }

    func contains(_ page: UInt64) -> Bool {
        if let few { return few.contains(page) }
        let word = Int(page / 64)
        return word < words.count && words[word] >> (page % 64) & 1 == 1
    }

    /// - Returns: whether it was not there.
    @discardableResult
    mutating func insert(_ page: UInt64) -> Bool {
        guard !contains(page) else { return false }
        if few?.insert(page) == nil { words[Int(page / 64)] |= 1 << (page % 64) }
        count += 1
        return true
    }
}
