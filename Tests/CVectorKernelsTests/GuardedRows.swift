// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Pointers to rows, with the objects that own the memory.
struct RowPointers {
    var pointers: [UnsafePointer<UInt8>?]
    var owners: [AnyObject]

    var count: Int { pointers.count }

    static func + (first: RowPointers, second: RowPointers) -> RowPointers {
        RowPointers(pointers: first.pointers + second.pointers, owners: first.owners + second.owners)
    }
}

/// Rows of bytes, each at the end of memory of its own: the byte after a row, and after the `slack` behind it, belongs to
/// a page that cannot be read. A kernel that reads further than it may ends the test program.
///
/// Rows end at a page's end, so they begin at any alignment.
final class GuardedRows {
    private let pointers: [UnsafePointer<UInt8>?]
    private let memory: UnsafeMutableRawPointer
    private let size: Int

    /// Copies `rows`, and leaves `slack` bytes of `garbage` behind each.
    init(_ rows: [[UInt8]], slack: Int = 0, garbage: UInt8 = 0xa5) {
        let page = Int(getpagesize())
        let longest = rows.map(\.count).max() ?? 0
        let stride = (longest + slack + page - 1) / page * page + page
        size = max(stride * rows.count, page)
        guard let memory = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0), memory != MAP_FAILED
        else { preconditionFailure("no memory for rows") }
        var pointers: [UnsafePointer<UInt8>?] = []
        for (index, row) in rows.enumerated() {
            let guardPage = memory + (index + 1) * stride - page
            let start = guardPage - slack - row.count
            row.withUnsafeBytes {
                start.copyMemory(from: $0.baseAddress ?? UnsafeRawPointer(start), byteCount: row.count)
            }
            memset(guardPage - slack, Int32(garbage), slack)
            guard mprotect(guardPage, page, PROT_NONE) == 0 else { preconditionFailure("no guard page") }
            pointers.append(UnsafePointer(start.assumingMemoryBound(to: UInt8.self)))
        }
        self.memory = memory
        self.pointers = pointers
    }

    var rows: RowPointers { RowPointers(pointers: pointers, owners: [self]) }

    deinit { munmap(memory, size) }
}
