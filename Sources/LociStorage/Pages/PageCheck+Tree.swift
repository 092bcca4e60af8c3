// Loci, Apache License 2.0.

extension PageCheck {
    /// Which tree is walked.
    enum Role {
        case freeList
        case main(mayHoldValues: Bool)
        case table(String)

        var name: String {
            switch self {
            case .freeList: "the free list"
            case .main: "the list of tables"
            case .table(let name): "table \(name)"
            }
        }

        var order: PageKeyOrder {
            if case .freeList = self { return .numbers }
            return .bytes
        }

        /// The flags that decide on the order of keys, and on whether a key may have several values.
        var flags: UInt16 {
            if case .freeList = self { return 0x08 }
            return 0
        }
    }

    /// A page that is still to be visited.
    private struct Visit {
        let page: UInt64
        let level: Int
        /// The least key that it may hold, and the least that is above it.
        let bounds: (from: [UInt8]?, to: [UInt8]?)
    }

    /// Walks a tree.
    ///
    /// - Returns: the trees that its values are, by their keys.
    @discardableResult
    mutating func walk(_ tree: PageTree, _ role: Role) throws(StorageError) -> [(String, PageTree)] {
        var counts = PageTree.Counts()
        var trees: [(String, PageTree)] = []
        // Of the free list's flags, others are those that the environment was opened with.
        guard tree.flags & 0x7E == role.flags else {
            add(nil, role.name, "its flags are \(tree.flags)")
            return []
        }
        if tree.isEmpty {
            if tree.depth != 0 || tree.counts != counts { add(nil, role.name, "it has no root, and is not empty") }
            return []
        }
        guard (1...PageCheck.maximumDepth).contains(tree.depth) else {
            add(nil, role.name, "its depth is \(tree.depth)")
            return []
        }
        var stack = [Visit(page: tree.root, level: 1, bounds: (nil, nil))]
        while let visit = stack.popLast(), !isFull {
            guard pagesLeft > 0 else { return trees }
            pagesLeft -= 1
            do throws(PageFlaw) {
                try use(visit.page, count: 1)
                let isBranch = visit.level < tree.depth
                guard let bytes = try read(visit.page) else { throw PageFlaw("the file ends before it") }
                let nodes = try PageNodes(
                    bytes, page: visit.page, kind: isBranch ? .branch : .leaf, least: isBranch ? 2 : 1)
                try checkKeys(of: nodes, visit, role.order)
                if isBranch {
                    counts.branches += 1
                    stack += children(of: nodes, visit)
                } else {
                    counts.leaves += 1
                    counts.entries += UInt64(nodes.count)
                    try visitValues(of: nodes, role, &counts, &trees)
                }
            } catch {
                add(visit.page, role.name, error.what)
            }
            if let failure { throw failure }
        }
        if faults.isEmpty, counts != tree.counts {
            add(nil, role.name, "it is made of \(counts), and its record says \(tree.counts)")
        }
        return trees
    }

    /// A page, nil if the file ends before it; an error of the system ends the walk.
    private mutating func read(_ page: UInt64) throws(PageFlaw) -> UnsafeRawBufferPointer? {
        do throws(StorageError) {
            return try file.page(page)
        } catch {
            failure = error
            throw PageFlaw("it cannot be read")
        }
    }

    private func checkKeys(of nodes: PageNodes, _ visit: Visit, _ order: PageKeyOrder) throws(PageFlaw) {
        // The first key of a branch is not compared.
        let first = nodes.isBranch ? 1 : 0
        for index in first..<nodes.count {
            let key = nodes.key(index)
            if order == .numbers && key.count != 8 { throw PageFlaw("key \(index) has \(key.count) bytes and not 8") }
            if index > first {
                guard order.precedes(nodes.key(index - 1), key) else {
                    throw PageFlaw("key \(index) is not above the one before it")
                }
            } else if let from = visit.bounds.from,
                from.withUnsafeBytes({ order.precedes(key, $0) })
            {
                throw PageFlaw("key \(index) is below what leads to the page")
            }
            if index == nodes.count - 1, let to = visit.bounds.to,
                !to.withUnsafeBytes({ order.precedes(key, $0) })
            {
                throw PageFlaw("key \(index) is above what leads to the page")
            }
        }
    }

    private func children(of nodes: PageNodes, _ visit: Visit) -> [Visit] {
        (0..<nodes.count).map { index in
            Visit(
                page: nodes.child(index), level: visit.level + 1,
                bounds: (
                    index == 0 ? visit.bounds.from : Array(nodes.key(index)),
                    index + 1 < nodes.count ? Array(nodes.key(index + 1)) : visit.bounds.to
                ))
        }
    }

    private mutating func visitValues(
        of nodes: PageNodes, _ role: Role, _ counts: inout PageTree.Counts, _ trees: inout [(String, PageTree)]
    ) throws(PageFlaw) {
        // Reading overflow pages takes the place of this page in the buffer.
        var overflows: [(page: UInt64, bytes: Int)] = []
        for index in 0..<nodes.count {
            switch (role, nodes.value(index)) {
            case (.main, .tree):
                guard nodes.valueBytes(index) == PageTree.encodedBytes else {
                    throw PageFlaw("the record of a table has \(nodes.valueBytes(index)) bytes")
                }
                trees.append(
                    (String(decoding: nodes.key(index), as: UTF8.self), PageTree(decoding: nodes.content(index))))
            case (_, .tree), (.main(mayHoldValues: false), _): throw PageFlaw("node \(index) is of another kind")
            case (.freeList, .inside): try release(nodes.content(index))
            case (_, .inside): continue
            case (_, .overflow):
                overflows.append((nodes.content(index).native(at: 0, as: UInt64.self), nodes.valueBytes(index)))
            }
        }
        for (page, bytes) in overflows where pagesLeft > 0 {
            counts.overflows += try visitOverflow(page, bytes: bytes, role)
        }
    }

    /// - Returns: how many overflow pages a value takes.
    private mutating func visitOverflow(_ page: UInt64, bytes: Int, _ role: Role) throws(PageFlaw) -> UInt64 {
        guard page >= 2, page <= meta.lastPage, let header = try read(page) else {
            throw PageFlaw("a value is on page \(page), of \(meta.lastPage)")
        }
        do throws(PageFlaw) {
            try PageNodes.checkHeader(header, page: page, kind: .overflow)
        } catch {
            throw PageFlaw("overflow page \(page): \(error.what)")
        }
        let count = UInt64(header.native(at: 12, as: UInt32.self))
        // A value that was replaced by a shorter one keeps its pages.
        let needed = UInt64((PageNodes.headerBytes + bytes + file.pageBytes - 1) / file.pageBytes)
        guard count >= needed else { throw PageFlaw("a value of \(bytes) bytes has \(count) pages, from \(page) on") }
        try use(page, count: count)
        if case .freeList = role {
            let buffer = UnsafeMutableRawBufferPointer.allocate(
                byteCount: PageNodes.headerBytes + bytes, alignment: 16)
            defer { buffer.deallocate() }
            var isWhole = false
            do throws(StorageError) {
                isWhole = try file.read(into: buffer, fromPage: page)
            } catch {
                failure = error
            }
            guard isWhole else { throw PageFlaw("the file ends in overflow page \(page)") }
            try release(UnsafeRawBufferPointer(rebasing: buffer[PageNodes.headerBytes...]))
        }
        return count
    }
}
