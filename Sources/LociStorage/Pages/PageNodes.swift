// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The nodes of a B-tree page whose structure has been found sound: everything that they name lies in the page.
///
///     page                                     node
///     offset size                              offset size
///          0    8  page number                      0    4  leaf: bytes of the value
///          8    2  -                                0    6  branch: page of the child
///         10    2  1 branch, 2 leaf, 4 overflow     4    2  leaf: 1 the value is in overflow pages, 2 it is a tree
///         12    2  end of the offsets               6    2  bytes of the key, k
///         14    2  start of the nodes               8    k  key
///         16    2  offset of node 0             8 + k       leaf: value, or the number of its first overflow page
///         18    2  offset of node 1
///         …
///
/// Nodes lie without a gap from the start to the end of the page, each of an even number of bytes, in any order. The
/// overflow pages of a value have one header, whose bytes 12 ..< 16 are their number.
struct PageNodes {
    enum Kind: UInt16 {
        case branch = 1
        case leaf = 2
        case overflow = 4
    }

    /// Flags of a leaf's node.
    enum Value: UInt16 {
        case inside = 0
        case overflow = 1
        case tree = 2
    }

    static let headerBytes = 16
    private static let nodeBytes = 8

    private let bytes: UnsafeRawBufferPointer
    let isBranch: Bool
    let count: Int

    /// - Parameters:
    ///   - bytes: a page.
    ///   - kind: what it must be.
    ///   - least: how many nodes there must be at the least.
    init(
        _ bytes: UnsafeRawBufferPointer, page: UInt64, kind: Kind, least: Int
    ) throws(PageFlaw) {
        try PageNodes.checkHeader(bytes, page: page, kind: kind)
        let lower = Int(bytes.native(at: 12, as: UInt16.self))
        let upper = Int(bytes.native(at: 14, as: UInt16.self))
        guard lower >= PageNodes.headerBytes, lower % 2 == 0, lower <= upper, upper <= bytes.count else {
            throw PageFlaw("its offsets end at \(lower) and its nodes begin at \(upper), of \(bytes.count) bytes")
        }
        self.bytes = bytes
        isBranch = kind == .branch
        count = (lower - PageNodes.headerBytes) / 2
        guard count >= least else { throw PageFlaw("it has \(count) nodes") }
        try checkNodes(from: upper)
    }

    static func checkHeader(_ bytes: UnsafeRawBufferPointer, page: UInt64, kind: Kind) throws(PageFlaw) {
        let number = bytes.native(at: 0, as: UInt64.self)
        guard number == page else { throw PageFlaw("it says that it is page \(number)") }
        let flags = bytes.native(at: 10, as: UInt16.self)
        guard flags == kind.rawValue else { throw PageFlaw("its flags are \(flags) and not those of a \(kind)") }
    }

    private func checkNodes(from upper: Int) throws(PageFlaw) {
        // Where nodes begin and where one ends, a bit for each two bytes: two of them cannot overlap unseen.
        var ends = [Bool](repeating: false, count: bytes.count / 2 + 1)
        var total = 0
        for index in 0..<count {
            let start = offset(of: index)
            guard start % 2 == 0, start >= upper, start + PageNodes.nodeBytes <= bytes.count else {
                throw PageFlaw("node \(index) is at \(start)")
            }
            let size = try nodeBytes(index, at: start)
            guard start + size <= bytes.count else { throw PageFlaw("node \(index) ends outside of the page") }
            guard !ends[start / 2] else { throw PageFlaw("node \(index) lies on another") }
            ends[start / 2] = true
            total += size
        }
        guard total == bytes.count - upper else {
            throw PageFlaw("its nodes take \(total) bytes of \(bytes.count - upper)")
        }
        // As many bytes as there are, and no two nodes at one place: what is left to see is that each begins where
        // another ends, or first.
        var next = upper
        while next < bytes.count {
            guard ends[next / 2] else { throw PageFlaw("no node begins at \(next)") }
            next += sizes(at: next)
        }
    }

    /// The bytes of a node that is known to begin in the page.
    private func nodeBytes(_ index: Int, at start: Int) throws(PageFlaw) -> Int {
        let keyBytes = Int(bytes.native(at: start + 6, as: UInt16.self))
        // The first key of a branch is never compared, and often left out.
        guard keyBytes <= Key.maximumBytes, keyBytes > 0 || isBranch && index == 0 else {
            throw PageFlaw("the key of node \(index) has \(keyBytes) bytes")
        }
        if !isBranch, Value(rawValue: bytes.native(at: start + 4, as: UInt16.self)) == nil {
            throw PageFlaw("node \(index) has the flags \(bytes.native(at: start + 4, as: UInt16.self))")
        }
        return sizes(at: start)
    }

    private func sizes(at start: Int) -> Int {
        var size = PageNodes.nodeBytes + Int(bytes.native(at: start + 6, as: UInt16.self))
        if !isBranch {
            let isOverflow = bytes.native(at: start + 4, as: UInt16.self) == Value.overflow.rawValue
            size += isOverflow ? 8 : Int(bytes.native(at: start, as: UInt32.self))
        }
        return size + size % 2
    }

    private func offset(of index: Int) -> Int {
        Int(bytes.native(at: PageNodes.headerBytes + 2 * index, as: UInt16.self))
    }

    /// The key of a node.
    func key(_ index: Int) -> UnsafeRawBufferPointer {
        let start = offset(of: index)
        let count = Int(bytes.native(at: start + 6, as: UInt16.self))
        return UnsafeRawBufferPointer(rebasing: bytes[start + 8..<start + 8 + count])
    }

    /// The page of a branch's child.
    func child(_ index: Int) -> UInt64 {
        let start = offset(of: index)
        return UInt64(bytes.native(at: start, as: UInt32.self))
            | UInt64(bytes.native(at: start + 4, as: UInt16.self)) << 32
    }

    /// Where the value of a leaf's node is.
    func value(_ index: Int) -> Value {
        Value(rawValue: bytes.native(at: offset(of: index) + 4, as: UInt16.self)) ?? .inside
    }

    /// The length of the value of a leaf's node.
    func valueBytes(_ index: Int) -> Int {
        Int(bytes.native(at: offset(of: index), as: UInt32.self))
    }

    /// What follows the key of a leaf's node: the value, or the number of its first overflow page.
    func content(_ index: Int) -> UnsafeRawBufferPointer {
        let start = offset(of: index)
        let first = start + 8 + Int(bytes.native(at: start + 6, as: UInt16.self))
        let count = value(index) == .overflow ? 8 : valueBytes(index)
        return UnsafeRawBufferPointer(rebasing: bytes[first..<first + count])
    }
}

/// What is wrong with a page.
struct PageFlaw: Error {
    let what: String

    init(_ what: String) { self.what = what }
}

/// How the keys of a tree are ordered.
enum PageKeyOrder {
    /// By bytes, and a prefix before what it begins.
    case bytes
    /// By a number of 64 bits.
    case numbers

    /// Whether one key comes before another; of numbers, both must have 8 bytes.
    func precedes(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        if self == .numbers { return left.native(at: 0, as: UInt64.self) < right.native(at: 0, as: UInt64.self) }
        guard let leftStart = left.baseAddress, let rightStart = right.baseAddress else {
            return left.count < right.count
        }
        let order = memcmp(leftStart, rightStart, min(left.count, right.count))
        return order == 0 ? left.count < right.count : order < 0
    }
}
