// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociMemory

/// Keys and values as a block has them.
@Suite struct TensorFormTests {
    /// Random float16 of a row: of all magnitudes, of few, or all the same.
    private func row(_ dimension: Int, _ generator: inout SeededGenerator) -> [UInt16] {
        switch generator.below(5) {
        case 0: return (0..<dimension).map { _ in generator.half() }
        case 1:
            let bits = generator.half()
            return [UInt16](repeating: bits, count: dimension)
        case 2:
            // Neighbours in float16, so that a code is less than what separates two numbers.
            let bits = UInt16(generator.below(0x7000))
            return (0..<dimension).map { _ in bits + UInt16(generator.below(300)) }
        case 3: return (0..<dimension).map { _ in UInt16(generator.below(2)) << 15 | UInt16(generator.below(700)) }
        default: return (0..<dimension).map { _ in generator.tameHalf() }
        }
    }

    private func payload(_ form: TensorForm, _ count: Int, _ generator: inout SeededGenerator) -> [UInt16] {
        (0..<count * 2 * form.heads).flatMap { _ in row(form.dimension, &generator) }
    }

    private func bytes(_ halves: some Sequence<UInt16>) -> [UInt8] { halves.flatMap(\.littleEndianBytes) }

    /// The row of a member in what is given: keys of all heads, and then values.
    private func given(
        _ payload: [UInt16], _ form: TensorForm, member: Int, head: Int, isValue: Bool
    ) -> ArraySlice<UInt16> {
        let start = (member * 2 * form.heads + (isValue ? form.heads : 0) + head) * form.dimension
        return payload[start..<start + form.dimension]
    }

    private func forRandomForms(
        _ coding: TensorForm.Coding, _ generator: inout SeededGenerator,
        _ body: (TensorForm, _ count: Int, _ payload: [UInt16]) throws -> Void
    ) rethrows {
        for _ in 0..<TestSettings.iterations(60) {
            let form = TensorForm(heads: 1 + generator.below(3), dimension: 1 + generator.below(11), coding: coding)
            let count = 1 + generator.below(6)
            try body(form, count, payload(form, count, &generator))
        }
    }

    /// Rows of a head stand together, keys before values, as they were given.
    @Test func halvesAreArranged() {
        var generator = SeededGenerator()
        forRandomForms(.float16, &generator) { form, count, payload in
            let block = form.arranged(form.coded(bytes(payload)), count: count)
            #expect(block.count == count * form.memberBytes)
            for head in 0..<form.heads {
                for isValue in [false, true] {
                    let rows = (0..<count).flatMap {
                        given(payload, form, member: $0, head: head, isValue: isValue)
                    }
                    let start = form.offset(head: head, ofValues: isValue, count: count)
                    #expect(Array(block[start..<start + 2 * rows.count]) == bytes(rows))
                }
            }
            #expect(form.unarranged(block, count: count) == bytes(payload))
        }
    }

    /// Codes are within half a step of what was given, and the ends of a row's range are exact.
    @Test func codesAreNear() {
        var generator = SeededGenerator()
        forRandomForms(.lvq8, &generator) { form, count, payload in
            let block = form.arranged(form.coded(bytes(payload)), count: count)
            #expect(block.count == 2 * form.heads * count * (8 + form.dimension))
            for head in 0..<form.heads {
                for isValue in [false, true] {
                    for member in 0..<count {
                        let row = given(payload, form, member: member, head: head, isValue: isValue)
                        let numbers = row.map { Reference.half($0) }
                        let start = form.offset(head: head, ofValues: isValue, count: count) + member * form.rowBytes
                        let decoded = Self.decoded(Array(block[start..<start + form.rowBytes]))
                        let (low, high) = (numbers.min() ?? 0, numbers.max() ?? 0)
                        for (number, decoded) in zip(numbers, decoded) {
                            #expect(abs(number - decoded) <= (high - low) / 510 * 1.0001 + abs(high - low) * 1e-6)
                            if number == low { #expect(decoded == low) }
                            if number == high { #expect(abs(decoded - high) <= (high - low) * 1e-6) }
                        }
                    }
                }
            }
        }
    }

    /// A row of codes as its layout is documented: low f32, step f32, and a byte a number.
    static func decoded(_ row: [UInt8]) -> [Double] {
        func number(_ offset: Int) -> Double {
            Double(Float(bitPattern: (0..<4).reduce(UInt32(0)) { $0 | UInt32(row[offset + $1]) << UInt32(8 * $1) }))
        }
        return row.dropFirst(8).map { number(0) + number(4) * Double($0) }
    }

    /// A block that is filled up has the codes that it had, however often.
    @Test func codesOfCodesAreTheSame() {
        var generator = SeededGenerator()
        forRandomForms(.lvq8, &generator) { form, count, payload in
            let coded = form.coded(bytes(payload))
            let once = form.arranged(coded, count: count)
            #expect(form.unarranged(once, count: count) == coded, "\(form) \(payload)")
            #expect(form.arranged(form.unarranged(once, count: count), count: count) == once, "\(form) \(payload)")
        }
    }

    /// In any number of appends, the store has the very bytes of one.
    @Test(arguments: TensorForm.Coding.allCases)
    func resumedBlocksHaveTheCodesOfOneAppend(_ coding: TensorForm.Coding) async throws {
        var generator = SeededGenerator("resumedBlocksHaveTheCodesOfOneAppend(\(coding))")
        for _ in 0..<TestSettings.iterations(4) {
            let form = TensorForm(heads: 1 + generator.below(3), dimension: 1 + generator.below(11), coding: coding)
            var members = generator.members(20)
            members.payload = bytes(payload(form, 20, &generator))
            let stores = try (0..<2).map { _ in
                try BlockFixture { ($0.blockSize, $0.payload) = (6, .tensors(form)) }
            }
            try await stores[0].store.append(to: "s", members)
            var start = 0
            while start < 20 {
                let end = min(20, start + 1 + generator.below(4))
                try await stores[1].store.append(to: "s", members.slice(start..<end))
                start = end
            }
            let records = try stores.map { try $0.store.contents().records }
            #expect(records[0] == records[1], "\(form)")
        }
    }

    @Test func namesAreReadBack() {
        for coding in TensorForm.Coding.allCases {
            for (heads, dimension) in [(1, 1), (32, 128), (1_024, 1_024)] {
                let form = TensorForm(heads: heads, dimension: dimension, coding: coding)
                #expect(TensorForm(name: form.name) == form)
                #expect(form.memberBytes == 4 * heads * dimension)
            }
        }
        for name in ["", "2x3", "2x3:float32", "0x3:lvq8", "2x1025:lvq8", "-1x3:lvq8", "2x3x4:lvq8", "x3:float16"] {
            #expect(TensorForm(name: name) == nil, "\(name)")
        }
    }
}
