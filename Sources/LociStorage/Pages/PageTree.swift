// Loci, Apache License 2.0.

/// What LMDB notes of a B-tree; 48 bytes, in a meta page or as the value of a table's name:
///
///     offset size
///          0    4  size of a page (of the free list's tree alone)
///          4    2  flags: 0x08 keys are numbers
///          6    2  depth
///          8    8  branch pages
///         16    8  leaf pages
///         24    8  overflow pages
///         32    8  entries
///         40    8  root page; all ones: the tree is empty
struct PageTree {
    static let encodedBytes = 48

    let flags: UInt16
    let depth: Int
    let counts: Counts
    let root: UInt64

    /// What a tree is made of.
    struct Counts: Equatable {
        var branches: UInt64 = 0
        var leaves: UInt64 = 0
        var overflows: UInt64 = 0
        var entries: UInt64 = 0
    }

    /// - Parameter bytes: at least ``encodedBytes`` of them.
    init(decoding bytes: UnsafeRawBufferPointer) {
        flags = bytes.native(at: 4, as: UInt16.self)
        depth = Int(bytes.native(at: 6, as: UInt16.self))
        counts = Counts(
            branches: bytes.native(at: 8, as: UInt64.self), leaves: bytes.native(at: 16, as: UInt64.self),
            overflows: bytes.native(at: 24, as: UInt64.self), entries: bytes.native(at: 32, as: UInt64.self))
        root = bytes.native(at: 40, as: UInt64.self)
    }

    var isEmpty: Bool { root == UInt64.max }
}

/// The trees of one commit, as a meta page has them; see ``DataFileCheck`` for its layout.
struct PageMeta {
    let free: PageTree
    let main: PageTree
    let lastPage: UInt64
    let transaction: UInt64

    private static let bytes = 152

    /// - Returns: nil if the meta page that a transaction's trees stand in is another's by now: two commits came between.
    init?(ofTransaction number: Int, in file: PageFile) throws(StorageError) {
        guard let page = try file.page(UInt64(number & 1)), page.count >= PageMeta.bytes else { return nil }
        transaction = page.native(at: 144, as: UInt64.self)
        guard transaction == UInt64(number) else { return nil }
        free = PageTree(decoding: UnsafeRawBufferPointer(rebasing: page[40..<88]))
        main = PageTree(decoding: UnsafeRawBufferPointer(rebasing: page[88..<136]))
        lastPage = page.native(at: 136, as: UInt64.self)
    }
}
