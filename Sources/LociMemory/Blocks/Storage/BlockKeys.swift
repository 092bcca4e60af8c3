// Loci, Apache License 2.0.

import Loci

/// The keys in a store's table of records. The first byte tells what is under a key:
///
///     00                              settings of the store, as JSON
///     01 | stream u32                 a stream; see ``StreamRecord``
///     02 | name of a stream           its number, u32
///     03 | block u32                  a block; see ``BlockRecord``
///     04 | block u32                  the vectors of its members, f16 or f32
///     05 | block u32                  the texts of its members: of each its bytes, u32, and then all texts
///     06 | block u32                  the payload of its members, as it was given, or as ``TensorForm`` arranges it
///     07 | stream u32 | position u64  the block that begins there, u32
///     08 | block u32                  how it was used; see ``BlockUsage``
///     09 | block u32                  how much attention each member received, f32
///
/// Numbers in keys are big-endian, in values little-endian.
enum BlockKeys {
    static let settings: [UInt8] = [0]
    static let streams: [UInt8] = [1]
    static let blocks: [UInt8] = [3]
    static let usages: [UInt8] = [8]

    static func stream(_ number: UInt32) -> [UInt8] { [1] + number.bigEndianBytes }
    static func streamName(_ name: String) -> [UInt8] { [2] + Array(name.utf8) }
    static func block(_ number: UInt32) -> [UInt8] { [3] + number.bigEndianBytes }
    static func vectors(of block: UInt32) -> [UInt8] { [4] + block.bigEndianBytes }
    static func texts(of block: UInt32) -> [UInt8] { [5] + block.bigEndianBytes }
    static func payload(of block: UInt32) -> [UInt8] { [6] + block.bigEndianBytes }
    static func usage(of block: UInt32) -> [UInt8] { [8] + block.bigEndianBytes }
    static func attention(of block: UInt32) -> [UInt8] { [9] + block.bigEndianBytes }

    static func positions(of stream: UInt32) -> [UInt8] { [7] + stream.bigEndianBytes }
    static func position(_ position: UInt64, of stream: UInt32) -> [UInt8] {
        positions(of: stream) + Swift.withUnsafeBytes(of: position.bigEndian) { Array($0) }
    }

    /// All that belongs to a block, but for its place in the stream.
    static func all(of block: UInt32) -> [[UInt8]] {
        [
            self.block(block), vectors(of: block), texts(of: block), payload(of: block), usage(of: block),
            attention(of: block),
        ]
    }

    /// The number at the end of a key.
    static func lastNumber(in key: [UInt8]) -> UInt32 { UInt32(bigEndian: key.suffix(4)) }
}

extension VectorID {
    /// The identifier of a block's landmarks.
    init(block: UInt32) { self.init(bytes: block.bigEndianBytes) }

    /// The block whose landmarks have this identifier.
    var block: UInt32? { bytes.count == 4 ? UInt32(bigEndian: bytes) : nil }
}
