// Loci, Apache License 2.0.

/// A block: under ``BlockKeys/block(_:)``, little-endian:
///
///     offset size
///          0    1  version: 1
///          1    1  bit 0: pinned; the others are zero
///          2    2  members
///          4    4  stream
///          8    8  position of the first member in the stream
///         16    4  landmarks
///         20    4  bytes of payload a member
///         24    8  bytes of its vectors, texts and payload
struct BlockRecord: Equatable {
    static let byteCount = 32
    static let version: UInt8 = 1

    var isPinned = false
    var count: Int
    let stream: UInt32
    let first: UInt64
    var landmarks = 0
    var payloadBytes = 0
    var bytes = 0

    /// Just behind the last member.
    var end: UInt64 { first + UInt64(count) }

    init(stream: UInt32, first: UInt64, count: Int) {
        (self.stream, self.first, self.count) = (stream, first, count)
    }

    var encoded: [UInt8] {
        var bytes = ByteWriter()
        bytes.append(Self.version)
        bytes.append(UInt8(isPinned ? 1 : 0))
        bytes.append(UInt16(count))
        bytes.append(stream)
        bytes.append(first)
        bytes.append(UInt32(landmarks))
        bytes.append(UInt32(payloadBytes))
        bytes.append(UInt64(self.bytes))
        return bytes.bytes
    }

    /// - Throws: `MemoryError.corrupt`.
    init(decoding value: RawSpan, number: UInt32) throws(MemoryError) {
        guard value.byteCount == Self.byteCount else {
            throw .corrupt("block \(number) has a record of \(value.byteCount) bytes")
        }
        guard value.number(0, UInt8.self) == Self.version else {
            throw .corrupt(
                "block \(number) is of version \(value.number(0, UInt8.self)), and this program knows 1; use a newer one"
            )
        }
        self.init(
            stream: value.number(4, UInt32.self), first: value.number(8, UInt64.self),
            count: Int(value.number(2, UInt16.self)))
        isPinned = value.number(1, UInt8.self) & 1 == 1
        landmarks = Int(value.number(16, UInt32.self))
        payloadBytes = Int(value.number(20, UInt32.self))
        bytes = Int(truncatingIfNeeded: value.number(24, UInt64.self))
        guard (1...BlockConfiguration.maximumBlockSize).contains(count), first < .max / 2, bytes >= 0 else {
            throw .corrupt("the record of block \(number) says \(count) members from \(first)")
        }
    }
}

/// A stream: under ``BlockKeys/stream(_:)``, little-endian:
///
///     offset size
///          0    8  position of the next member
///          8    4  the last block, 0 where there is none
///         12    4  zero
///         16    n  the name
struct StreamRecord: Equatable {
    static let headerBytes = 16

    let name: String
    var next: UInt64 = 0
    var last: UInt32 = 0

    init(name: String) { self.name = name }

    var encoded: [UInt8] {
        var bytes = ByteWriter()
        bytes.append(next)
        bytes.append(last)
        bytes.append(UInt32(0))
        return bytes.bytes + Array(name.utf8)
    }

    /// - Throws: `MemoryError.corrupt`.
    init(decoding value: RawSpan, number: UInt32) throws(MemoryError) {
        guard value.byteCount > Self.headerBytes else {
            throw .corrupt("stream \(number) has a record of \(value.byteCount) bytes")
        }
        self.init(name: value.text(Self.headerBytes..<value.byteCount))
        (next, last) = (value.number(0, UInt64.self), value.number(8, UInt32.self))
    }
}

/// How a block was used: under ``BlockKeys/usage(of:)``, little-endian:
///
///     offset size
///          0    8  the use that was its last; uses are counted from 1
///          8    8  the attention that it had then, f64
struct BlockUsage: Equatable {
    static let byteCount = 16

    var opening: UInt64 = 0
    var mass = 0.0

    /// The attention at a later opening, if each leaves a share of it.
    func mass(at opening: UInt64, share: Double) -> Double {
        var mass = mass
        var (left, power) = (opening > self.opening ? opening - self.opening : 0, share)
        while left > 0, mass > 0 {
            if left & 1 == 1 { mass *= power }
            power *= power
            left >>= 1
        }
        return mass
    }

    /// It, once it was used again.
    func used(at opening: UInt64, mass: Double, leaving share: Double) -> BlockUsage {
        BlockUsage(opening: opening, mass: self.mass(at: opening, share: share) + mass)
    }

    var encoded: [UInt8] {
        var bytes = ByteWriter()
        bytes.append(opening)
        bytes.append(mass.bitPattern)
        return bytes.bytes
    }

    init(opening: UInt64, mass: Double) { (self.opening, self.mass) = (opening, mass) }

    /// - Throws: `MemoryError.corrupt`.
    init(decoding value: RawSpan) throws(MemoryError) {
        guard value.byteCount == Self.byteCount else {
            throw .corrupt("the use of a block has a record of \(value.byteCount) bytes")
        }
        self.init(opening: value.number(0, UInt64.self), mass: Double(bitPattern: value.number(8, UInt64.self)))
    }
}
