// Loci, Apache License 2.0.

/// What an index says of rows, other than that a test is false of them.
package enum FieldFinding: Sendable {
    case isTrue, isNil
    /// It may be true or false.
    case isOpen
    /// It may be true, false, or nil.
    case isOpenOrNil
}

/// A part of an index that is to be read: values from a lower bound up to an upper one, which does not belong to it.
package struct FieldLookup: Sendable {
    /// What the rows of the values are.
    package enum Finding: Sendable {
        case all(FieldFinding)
        /// It depends on each string.
        case byString, byElement
    }

    package let lower: [UInt8]
    package let upper: [UInt8]
    package let finding: Finding

    /// All values that begin with some bytes.
    package init(prefix: [UInt8], _ finding: Finding) {
        lower = prefix
        var upper = prefix
        while upper.last == 0xFF { upper.removeLast() }
        if let last = upper.popLast() { upper.append(last + 1) }
        self.upper = upper
        self.finding = finding
    }

    fileprivate init(_ tag: UInt8, keys: ClosedRange<UInt64>, _ finding: FieldFinding) {
        lower = FieldTerm.bytes(tag, keys.lowerBound)
        upper = FieldTerm.bytes(tag, keys.upperBound) + [0]
        self.finding = .all(finding)
    }

    fileprivate init(_ tag: UInt8, bytes: ClosedRange<UInt8>, _ finding: Finding) {
        lower = [tag, bytes.lowerBound]
        upper = [tag, bytes.upperBound + 1]
        self.finding = finding
    }
}

extension FieldTest {
    /// What has to be read of an index to know what the test says of each row: where none of this finds a row that has the field,
    /// the test is false of it.
    package func lookups(_ kind: FieldKind) -> [FieldLookup] {
        var lookups = numbers.map { FieldLookup(FieldTerm.number, keys: $0, .isTrue) }
        lookups += stringLookups(kind)
        lookups += [(FieldTerm.null, null), (FieldTerm.list, list), (FieldTerm.none, .isNil)].compactMap {
            tag, verdict in
            verdict.finding.map { FieldLookup(prefix: [tag], .all($0)) }
        }
        if let elements {
            let base = FieldTerm.element
            lookups += elements.numbers.map { FieldLookup(base + FieldTerm.number, keys: $0, .isTrue) }
            lookups += Self.lookups(
                base, kind, strings: elements.strings, stringNumbers: elements.stringNumbers, .byElement)
        }
        return lookups
    }

    /// Of texts, no value is kept but that they are there.
    private static let text = FieldLookup(prefix: [FieldTerm.present], .all(.isOpenOrNil))

    private func stringLookups(_ kind: FieldKind) -> [FieldLookup] {
        if readsTimes {
            switch kind {
            case .keyword: return [FieldLookup(prefix: [FieldTerm.string], .byString)]
            case .number: return [FieldLookup(prefix: [FieldTerm.stringNumber], .all(.isOpenOrNil))]
            case .time:
                return numbers.map { FieldLookup(FieldTerm.stringTime, keys: $0, .isTrue) }
                    + [FieldLookup(prefix: [FieldTerm.stringOther], .all(.isNil))]
            case .text: return [Self.text]
            }
        }
        var lookups = Self.lookups(0, kind, strings: strings, stringNumbers: stringNumbers, .byString)
        guard prefix != nil || part != nil else { return lookups }
        switch kind {
        case .keyword:
            if part != nil { lookups.append(FieldLookup(prefix: [FieldTerm.string], .byString)) }
            guard let prefix else { break }
            let kept = FieldTerm.escaped(FieldTerm.string, prefix.prefix(FieldTerm.keptBytes))
            lookups.append(
                prefix.count <= FieldTerm.keptBytes
                    ? FieldLookup(prefix: kept, .all(.isTrue)) : FieldLookup(prefix: kept + [0, 1], .all(.isOpen)))
        case .number: lookups.append(FieldLookup(prefix: [FieldTerm.stringNumber], .all(.isOpen)))
        case .time:
            lookups.append(FieldLookup(prefix: [FieldTerm.stringTime], .all(.isOpen)))
            lookups.append(FieldLookup(prefix: [FieldTerm.stringOther], .all(.isOpen)))
        case .text: break
        }
        return lookups
    }

    /// Strings that are equal to some, or count as numbers.
    private static func lookups(
        _ base: UInt8, _ kind: FieldKind, strings: Set<[UInt8]>, stringNumbers: [ClosedRange<UInt64>],
        _ finding: FieldLookup.Finding
    ) -> [FieldLookup] {
        let hasZero = stringNumbers.contains { $0.contains(FieldTerm.key(0)) }
        // The same for the same filter, whatever the order of a set is.
        let strings = strings.sorted { $0.lexicographicallyPrecedes($1) }
        switch kind {
        case .keyword:
            let tag = base + FieldTerm.string
            var lookups = strings.map { string in
                FieldLookup(
                    prefix: FieldTerm.bytes(tag, string),
                    .all(string.count > FieldTerm.keptBytes ? .isOpen : .isTrue))
            }
            if hasZero {
                lookups.append(FieldLookup(prefix: [tag], finding))
            } else if !stringNumbers.isEmpty {
                // Strings that are numbers begin with a blank, a sign, a point or a digit.
                lookups.append(FieldLookup(tag, bytes: 0x09...UInt8(ascii: "9"), finding))
            }
            return lookups
        case .number:
            let tag = base + FieldTerm.stringNumber
            return stringNumbers.map { FieldLookup(tag, keys: $0, .isTrue) }
                + strings.map { string in
                    let key = FieldTerm.key(FilterConstant.numeric(string))
                    return FieldLookup(tag, keys: key...key, .isOpen)
                }
        case .time:
            let (times, others) = (base + FieldTerm.stringTime, base + FieldTerm.stringOther)
            var lookups = strings.map { string in
                guard let time = Timestamp.seconds(string.span.bytes, 0..<string.count) else {
                    return FieldLookup(prefix: [others], .all(.isOpen))
                }
                let key = FieldTerm.key(time)
                return FieldLookup(times, keys: key...key, .isOpen)
            }
            // A time counts as no number, since it has a minus in it.
            if hasZero { lookups.append(FieldLookup(prefix: [times], .all(.isTrue))) }
            if !stringNumbers.isEmpty { lookups.append(FieldLookup(prefix: [others], .all(.isOpen))) }
            return lookups
        case .text: return [Self.text]
        }
    }
}
