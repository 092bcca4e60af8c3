// Loci, Apache License 2.0.

extension FilterProgram {
    /// Where nothing was found.
    static let missing = -1

    /// Finds where the values of all fields begin, in one pass over the outermost object, which ends when all are found.
    ///
    /// - Parameter offsets: One a field; `missing` where there is none.
    func locate(_ row: RawSpan, _ pool: RawSpan, _ offsets: UnsafeMutableBufferPointer<Int>) {
        offsets.initialize(repeating: Self.missing)
        let start = JSONScan.skipBlanks(row, from: 0)
        guard start < row.byteCount, row.byte(start) == UInt8(ascii: "{") else { return }
        var members = JSONMembers(row, at: start)
        // A bit for each field whose key was not met yet.
        var wanted = UInt64.max >> UInt64(64 - fields.count)
        while wanted != 0, members.advance(row) {
            var remaining = wanted
            while remaining != 0 {
                let index = remaining.trailingZeroBitCount
                remaining &= remaining - 1
                let field = fields[index]
                guard members.key.equals(pool.extracting(field.key), row) else { continue }
                offsets[index] = follow(field.rest, from: members.value, row, pool)
                wanted &= ~(1 << UInt64(index))
            }
        }
    }

    private func follow(_ path: Range<Int>, from start: Int, _ row: RawSpan, _ pool: RawSpan) -> Int {
        var position = start
        for step in path {
            let next: Int?
            switch steps[step] {
            case .key(let key): next = JSONScan.member(row, ofObjectAt: position, key: pool.extracting(key))
            case .index(let index): next = JSONScan.element(row, ofArrayAt: position, index)
            }
            guard let next else { return Self.missing }
            position = next
        }
        return position
    }

    /// The value that begins at an offset, as filters see it; nil for objects, and for arrays of other than numbers and strings.
    @inline(__always)
    func value(_ row: RawSpan, at start: Int) -> FilterValue? {
        guard start != Self.missing, let kind = JSONKind(firstByte: row.byte(start)) else { return nil }
        switch kind {
        case .number: return .number(DecimalNumber.read(row, start..<row.byteCount))
        case .string: return JSONScan.string(row, at: start).map { .text($0) }
        case .true: return .number(1)
        case .false: return .number(0)
        case .null: return .null
        case .array: return isList(row, at: start) ? .array(start) : nil
        case .object: return nil
        }
    }

    private func isList(_ row: RawSpan, at start: Int) -> Bool {
        var elements = JSONMembers(row, at: start)
        while elements.advance(row) {
            let kind = JSONKind(firstByte: row.byte(elements.value))
            guard kind == .number || kind == .string else { return false }
        }
        return true
    }
}

extension JSONScan {
    /// Where an element begins in the array that begins at an offset; nil if there is none.
    fileprivate static func element(_ text: RawSpan, ofArrayAt start: Int, _ index: Int) -> Int? {
        guard start < text.byteCount, text.byte(start) == UInt8(ascii: "[") else { return nil }
        var elements = JSONMembers(text, at: start)
        var left = index
        while elements.advance(text) {
            if left == 0 { return elements.value }
            left -= 1
        }
        return nil
    }
}
