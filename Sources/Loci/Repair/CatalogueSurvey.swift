// Loci, Apache License 2.0.

import LociStorage

/// Which names and numbers a database has, and how they fit together, sound or not: for checks and repairs.
struct CatalogueSurvey {
    /// Where a name leads.
    enum Lead: Equatable {
        /// To a record of this name.
        case sound(UInt32)
        /// Nowhere: what stands under it is no number.
        case unreadable(String)
        /// To a number that has no record.
        case noRecord(UInt32)
        /// To a number whose record cannot be read.
        case damagedRecord(UInt32, String)
        /// To a number whose record has another name.
        case otherRecord(UInt32, name: String)

        var number: UInt32? {
            switch self {
            case .sound(let number), .noRecord(let number), .damagedRecord(let number, _), .otherRecord(let number, _):
                number
            case .unreadable: nil
            }
        }
    }

    /// A number with records that its own name does not lead to.
    struct Stray: Equatable {
        enum Record: Equatable {
            case none
            case damaged
            case of(name: String)
        }

        let number: UInt32
        let record: Record
        /// The tables that have something under the number.
        let tables: [Table]
        /// Whether another name leads to it.
        let isNamed: Bool
    }

    /// All names, in the order of their bytes.
    private(set) var names: [(name: String, lead: Lead)] = []
    private(set) var strays: [Stray] = []
    /// The tables of records, in the order of their names.
    private(set) var recordTables: [(name: String, number: UInt32)] = []
    /// What else is wrong with the catalogue.
    private(set) var faults: [String] = []
    /// The number that the next collection will have must be above this one.
    private(set) var largestNumber: UInt32 = 0
    /// What is wrong with the counter of numbers: it is damaged, or would give out a number that is in use.
    private(set) var counterFault: String?

    /// - Complexity: O(collections · log n).
    init(path: String, in transaction: borrowing some StorageTransaction & ~Copyable) throws {
        for name in try Catalogue.names(in: transaction) {
            names.append((name, try Self.lead(of: name, path: path, in: transaction)))
        }
        var marked: Set<UInt32> = []
        do {
            marked = Set(try transaction.markedCollections())
        } catch let error as StorageError {
            faults.append(try Self.text(of: error))
        }
        var tables: [UInt32: [Table]] = [:]
        for table in Table.allCases where table != .staging {
            var short: [[UInt8]] = []
            let numbers = try transaction.collectionNumbers(in: table) { short.append($0) }
            for number in numbers { tables[number, default: []].append(table) }
            faults += short.map { "table \(table): a key has \($0.count) bytes, too few for a collection's number" }
        }
        do {
            recordTables = try RecordCatalogue.all(in: transaction)
        } catch let error as StorageError {
            faults.append("the names of the tables of records: \(try Self.text(of: error))")
        }
        for (name, number) in recordTables where marked.contains(number) {
            faults.append("the table of records \"\(name)\" is marked to be dropped, which the next writer would do")
        }
        let recordNumbers = Set(recordTables.map(\.number))
        let sound = Set(names.compactMap { if case .sound(let number) = $0.lead { number } else { nil } })
        let led = Dictionary(grouping: names.filter { $0.lead.number != nil }) { $0.lead.number ?? 0 }
        for (number, tables) in tables.sorted(by: { $0.key < $1.key }) where !marked.contains(number) {
            if sound.contains(number) || recordNumbers.contains(number) && tables == [.records] { continue }
            var record = Stray.Record.none
            if let value = try transaction.value(of: Key(collection: number), in: .collections) {
                record =
                    Self.decoded(value, path: path).map { .of(name: $0.name) } ?? .damaged
            }
            strays.append(
                Stray(number: number, record: record, tables: tables, isNamed: led[number] != nil))
        }
        for (name, lead) in names {
            guard let number = lead.number, marked.contains(number) else { continue }
            faults.append("the collection \"\(name)\" is marked to be dropped, which the next writer would do")
        }
        // What belongs to nothing is dropped, whatever its number. The last of all numbers is not handed out.
        let strayRecords = strays.filter { $0.record != .none }.map(\.number)
        let numbers = names.compactMap(\.lead.number) + marked + strayRecords + recordNumbers
        largestNumber = numbers.filter { $0 < UInt32.max }.max() ?? 0
        do {
            let next = try transaction.nextCollectionNumber()
            if next <= largestNumber {
                counterFault = "the next collection would have number \(next), but \(largestNumber) is in use"
            }
        } catch {
            counterFault = try Self.text(of: error)
        }
    }

    /// Where a name leads.
    static func lead(
        of name: String, path: String, in transaction: borrowing some StorageTransaction & ~Copyable
    ) throws -> Lead {
        do {
            let number = try Catalogue.existing(name, in: transaction)
            guard let value = try transaction.value(of: Key(collection: number), in: .collections) else {
                return .noRecord(number)
            }
            do {
                let record = try CollectionRecord(decoding: value, path: path)
                let isOwn = record.name.utf8.elementsEqual(name.utf8)
                return isOwn ? .sound(number) : .otherRecord(number, name: record.name)
            } catch {
                return .damagedRecord(number, try text(of: error))
            }
        } catch let error as StorageError {
            return .unreadable(try text(of: error))
        }
    }

    private static func decoded(_ value: [UInt8], path: String) -> CollectionRecord? {
        try? CollectionRecord(decoding: value, path: path)
    }

    /// - Throws: An error that is of no damage.
    private static func text(of error: StorageError) throws -> String {
        guard case .corrupted = error else { throw error }
        return error.description
    }

    /// Whether all names lead to their collections, and nothing else is there.
    var isSound: Bool {
        faults.isEmpty && counterFault == nil && strays.isEmpty
            && names.allSatisfy { if case .sound = $0.lead { true } else { false } }
    }

    /// What is wrong with the catalogue and belongs to no collection's own check.
    var databaseFaults: [Fault] {
        let strays = strays.filter { !$0.isNamed }.map { stray in
            let records =
                switch stray.record {
                case .none: "no name leads to it"
                case .damaged: "no name leads to it, and its record is damaged"
                case .of(let name): "its record is that of the collection \"\(name)\", whose name does not lead to it"
                }
            let tables = stray.tables.map(\.rawValue).joined(separator: ", ")
            return "collection number \(stray.number): \(records); it has records in \(tables)"
        }
        return (faults + (counterFault.map { [$0] } ?? []) + strays).map { Fault(collection: nil, what: $0) }
    }
}
