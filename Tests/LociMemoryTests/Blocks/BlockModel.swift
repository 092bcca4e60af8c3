// Loci, Apache License 2.0.

import Testing

@testable import LociMemory

/// What a store of blocks should have after appends, in plain arrays.
struct BlockModel {
    struct Member: Equatable {
        let vector: [Float]
        let text: String?
        let payload: [UInt8]
    }

    struct Block: Equatable {
        let number: UInt32
        let stream: String
        let first: UInt64
        var members: [Member]
    }

    let configuration: BlockConfiguration
    private(set) var blocks: [Block] = []
    /// The streams in the order in which they began.
    private(set) var streams: [String] = []
    private var nextNumber: UInt32 = 1

    init(_ configuration: BlockConfiguration) { self.configuration = configuration }

    /// How many members of a stream there are.
    func count(of stream: String) -> UInt64 {
        blocks.filter { $0.stream == stream }.reduce(0) { $0 + UInt64($1.members.count) }
    }

    /// Appends, one by one.
    mutating func append(to stream: String, _ members: BlockMembers) -> AppendedMembers {
        if !streams.contains(stream) { streams.append(stream) }
        let start = count(of: stream)
        var touched: [UInt32] = []
        for place in 0..<members.count {
            let member = member(place, of: members)
            let position = start + UInt64(place)
            let last = blocks.lastIndex { $0.stream == stream }
            if let last, blocks[last].members.count < configuration.blockSize {
                blocks[last].members.append(member)
                if touched.last != blocks[last].number { touched.append(blocks[last].number) }
            } else {
                blocks.append(Block(number: nextNumber, stream: stream, first: position, members: [member]))
                touched.append(nextNumber)
                nextNumber += 1
            }
        }
        return AppendedMembers(
            stream: stream, positions: start..<start + UInt64(members.count), blocks: touched)
    }

    mutating func replace(_ number: UInt32, by members: BlockMembers) {
        guard let place = blocks.firstIndex(where: { $0.number == number }) else { return }
        blocks[place].members = (0..<members.count).map { member($0, of: members) }
    }

    mutating func remove(stream: String) {
        blocks.removeAll { $0.stream == stream }
        streams.removeAll { $0 == stream }
    }

    private func member(_ place: Int, of members: BlockMembers) -> Member {
        func share<Element>(_ array: [Element]) -> [Element] {
            let size = array.count / members.count
            return Array(array[place * size..<(place + 1) * size])
        }
        var vector = share(members.vectors)
        if configuration.memberVectors == .float16 { vector = vector.map { Reference.rounded(toHalf: $0) } }
        return Member(vector: vector, text: share(members.texts).first, payload: share(members.payload))
    }

    /// The vectors of a block as the store has them: of full blocks none, where none are kept.
    private func storedVectors(of block: Block) -> [Float] {
        let isFull = block.members.count == configuration.blockSize
        return configuration.memberVectors == .none && isFull ? [] : block.members.flatMap(\.vector)
    }

    /// Expects a store to have what the model has, and nothing else. Payloads are plain bytes.
    func expectSame(in store: BlockStore, _ circumstances: String = "") throws {
        var bytes = 0
        try store.read { (reader) throws in
            let streams = try reader.streams()
            #expect(streams.map(\.name) == self.streams, "\(circumstances)")
            #expect(streams.map(\.count) == self.streams.map { count(of: $0) }, "\(circumstances)")
            for stream in self.streams {
                let numbers = blocks.filter { $0.stream == stream }.map(\.number)
                #expect(try reader.blocks(of: stream) == numbers, "\(circumstances)")
            }
            for block in blocks {
                let number = block.number
                let positions = block.first..<block.first + UInt64(block.members.count)
                #expect(try reader.positions(of: number) == positions, "\(circumstances)")
                #expect(try reader.texts(of: number) == block.members.compactMap(\.text), "\(circumstances)")
                let isKept = configuration.memberVectors != .none
                #expect(try reader.vectors(of: number) == (isKept ? storedVectors(of: block) : []), "\(circumstances)")
                let payload = try reader.withPayload(of: number) { $0.withUnsafeBytes { [UInt8]($0) } } ?? []
                #expect(payload == block.members.flatMap(\.payload), "\(circumstances)")
                let texts = block.members.compactMap(\.text)
                let isUnfinished = block.members.count < configuration.blockSize
                let width = configuration.memberVectors == .none && isUnfinished ? 4 : configuration.memberVectors.bytes
                bytes += payload.count + texts.reduce(0) { $0 + 4 + $1.utf8.count }
                bytes += storedVectors(of: block).count * width
            }
        }
        let info = try store.info()
        #expect(info.streams == streams.count, "\(circumstances)")
        #expect(info.blocks == blocks.count, "\(circumstances)")
        #expect(info.members == blocks.reduce(0) { $0 + $1.members.count }, "\(circumstances)")
        #expect(info.bytes == bytes, "\(circumstances)")
        #expect(info.evicted == 0, "\(circumstances)")
        let landmarks = try store.contents().landmarks
        #expect(landmarks.keys.sorted() == blocks.map(\.number).sorted(), "\(circumstances)")
        #expect(info.landmarks == landmarks.values.reduce(0) { $0 + $1.count }, "\(circumstances)")
    }
}
