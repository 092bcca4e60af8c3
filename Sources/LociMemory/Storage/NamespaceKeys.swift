// Loci, Apache License 2.0.

/// The keys in a namespace's table of records. The first byte tells what is under a key:
///
///     00                                   settings of the namespace, as JSON
///     01 | session u32                     a session, as JSON
///     02 | name of a session               its number, u32
///     03 | the caller's key of a unit      the unit, 9 bytes
///     04 | hash u64 | unit, 9 bytes        nothing: a unit whose text has this hash
///     05 | unit, 9 bytes | unit, 9 bytes   the weight of the edge between two units, f32; each edge is stored from both ends
///     06 | unit, 9 bytes                   its words; see ``UnitWords``
///     07 | kind u8                         all units of a kind together; see ``KindStatistics``
///
/// Numbers in keys are big-endian, in values little-endian.
enum NamespaceKeys {
    static let settings: [UInt8] = [0]
    static func session(_ number: UInt32) -> [UInt8] { [1] + number.bigEndianBytes }
    static let sessions: [UInt8] = [1]
    static func sessionName(_ name: String) -> [UInt8] { [2] + Array(name.utf8) }
    static func unitKey(_ key: String) -> [UInt8] { [3] + Array(key.utf8) }
    static func hash(_ hash: UInt64) -> [UInt8] { [4] + Swift.withUnsafeBytes(of: hash.bigEndian) { Array($0) } }
    static func hash(_ hash: UInt64, _ unit: UnitID) -> [UInt8] { Self.hash(hash) + unit.bytes }
    static let edges: [UInt8] = [5]
    static func edges(of unit: UnitID) -> [UInt8] { edges + unit.bytes }
    static func edge(_ from: UnitID, _ to: UnitID) -> [UInt8] { edges(of: from) + to.bytes }

    static func words(of unit: UnitID) -> [UInt8] { [6] + unit.bytes }
    static func statistics(of kind: UnitKind) -> [UInt8] { [7, kind.rawValue] }

    /// The unit that a key of an edge or a hash ends with.
    static func lastUnit(in key: [UInt8]) -> UnitID? { UnitID(bytes: key.suffix(UnitID.byteCount)) }
    /// The unit that a key of an edge begins with.
    static func firstUnit(in key: [UInt8]) -> UnitID? { UnitID(bytes: key.dropFirst().prefix(UnitID.byteCount)) }
}
