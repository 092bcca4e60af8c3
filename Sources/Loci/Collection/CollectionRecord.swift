// Loci, Apache License 2.0.

import LociAttributes
import LociIndex
import LociStorage

/// A collection's settings and statistics, as they stand in the table `collections`.
///
///     offset  bytes
///          0      2   version of this record: 7
///          2      1   metric: 1 l2, 2 ip, 3 cosine
///          3      1   quantization: 1 float32, 2 float16, 3 lvq8, 4 lvq4, 5 lvq4x4, 6 lvq4x8, 7 binary
///          4      1   originals: 0 none, 1 float16, 2 float32
///          5      1   flags: 1 the codes are rotated, 2 there is a graph, 4 there are sketches, 8 not every slot holds a
///                     vector, 16 code records hold the lengths of the vectors
///          6      2   maximum degree
///          8      4   dimension; 0 while there are no vectors
///         12      4   number of vectors
///         16      8   seed of the build and the rotation
///         24      4   scale of the vector space, f32, a power of two
///         28      4   alpha, f32; 0: the metric's default
///         32      4   build window
///         36      4   entry point, a slot
///         40      4   stride of first-level code records
///         44      4   stride of residual records; 0: none
///         48      2   bytes of the name
///         50      2   points of the tuning, p; 0: not tuned
///         52      4   crc32 of the whole record with this field zero
///         56      4   tuned window; 0: not tuned
///         60      4   k that was tuned for; 0: not tuned
///         64      4   entries of the table of entry points; 0: there is none
///         68      2   directions of that table
///         70      2   growth of squared distances per doubling of the rank, less one, in 4096ths; 0: not learned
///         72      4   number of identifier chunks that are stored
///         76      4   number of slots
///         80      4   number of slots that are free
///         84      4   slot that the sweep looks at next
///         88      4   number of vectors that the mean was learned from
///         92      4   number of vectors when entry points and growth were learned
///         96      4   number of vectors that were removed since then
///        100      4   number of vectors beyond the first of their rows; zero in version 5
///        104      8   number that the next vector without an identifier is named by
///        112      8   how often the collection was changed
///        120      4   bytes of the properties; 0: there are none
///        124          mean, dimension × f32, for the lvq kinds once there are vectors; then the name; then p points, each
///                     a window, u32, and the recall that it reached in millionths, u32; then the properties, JSON
///
/// Numbers are little-endian. Version 5, which knew of no rows of several vectors, and version 6, which knew of no properties,
/// lengths and binary codes, are read: they end their fixed part at 120. Versions 1 to 4 belong to databases of format versions
/// 1 and 2, which are refused.
struct CollectionRecord: Sendable, Equatable {
    static let currentVersion: UInt16 = 7
    static let supportedVersions: ClosedRange<UInt16> = 5...currentVersion
    static let fixedBytes = 124
    /// The bytes before the mean up to version 6.
    private static let oldFixedBytes = 120
    private static let pointBytes = 8

    var name: String
    var configuration: CollectionConfiguration
    var dimension = 0
    /// The number of vectors.
    var count = 0
    /// The number of vectors beyond the first of their rows: 0 where each row has one.
    var extraVectors = 0
    /// The number of slots, which is the length of the arrays. Only where there is a graph may it be more than `count`.
    var slots = 0
    /// The number of slots that can be used again.
    var freeSlots = 0
    /// The number that the next vector without an identifier is named by: above all numbers that identifiers are.
    var nextNumber: UInt64 = 0
    /// How often the collection was changed: two records of one collection with equal numbers are of the same vectors.
    var revision: UInt64 = 0
    /// Where the sweep over the lists goes on.
    var sweepPosition: UInt32 = 0
    /// The number of vectors that the mean was learned from.
    var learnedCount = 0
    /// The number of vectors when entry points and growth were learned, and how many were removed since then.
    var refreshedCount = 0
    var removedSinceRefresh = 0
    var scale: Float = 1
    var mean: [Float] = []
    var entryPoint: UInt32 = 0
    var hasGraph = false
    var hasSketches = false
    /// How distances grow among neighbours, where a graph told.
    var growth: DistanceGrowth?
    /// The table of entry points, where there is one.
    var entries: EntryTableLayout?
    var tuning: SearchTuning?
    /// What those who use the collection want to know of it.
    var properties: Attributes?
    /// How many identifier chunks there are besides those that need not be stored; a loss shows by it.
    var storedIdentifierChunks = 0

    var quantization: Quantization { configuration.quantization }

    /// The number of rows, which is that of identifiers.
    var rowCount: Int { count - extraVectors }

    /// Whether there are rows of several vectors.
    var hasExtraVectors: Bool { extraVectors > 0 }

    /// Whether there are slots without a vector.
    var hasUnusedSlots: Bool { slots > count }

    /// Says that every one of so many slots holds a vector, and that the space was learned from all of them.
    mutating func setFilled(count: Int) {
        self.count = count
        slots = count
        learnedCount = count
        refreshedCount = count
    }

    /// Makes sure that no vector without an identifier is named by this one.
    mutating func note(_ identifier: VectorID) {
        guard let number = SlotNumber.slot(of: identifier.bytes) else { return }
        nextNumber = max(nextNumber, UInt64(number) + 1)
    }

    /// Takes over a space that was learned from the vectors.
    mutating func setSpace(_ space: VectorSpace) {
        guard quantization.firstLevelBits != nil else { return }
        mean = space.mean
        scale = space.scale
    }

    /// Says that there is a graph, and what searches of this quantization have besides it.
    /// - Parameter entries: The table of entry points that was learned with the graph, or will be.
    mutating func addGraph(entryPoint: UInt32, growth: DistanceGrowth, entries: EntryTableLayout?) {
        hasGraph = true
        self.growth = growth
        self.entryPoint = entryPoint
        hasSketches = codeLayout.sketches != nil
        // Float codes have no space of their own to project queries from.
        self.entries = quantization.firstLevelBits == nil ? nil : entries
    }

    var codeLayout: CodeLayout {
        CodeLayout(quantization: quantization, dimension: dimension, keepsLengths: configuration.keepsLengths)
    }

    /// The space that vectors are coded in.
    var space: VectorSpace {
        guard quantization.firstLevelBits != nil else { return admittingSpace(dimension: dimension) }
        return VectorSpace(
            dimension: dimension, metric: configuration.metric, mean: mean, scale: scale,
            rotation: quantization.isRotated ? Rotation(dimension: dimension, seed: configuration.build.seed) : nil,
            admission: configuration.admission)
    }

    private var flags: UInt8 {
        (quantization.isRotated ? 1 : 0) | (hasGraph ? 2 : 0) | (hasSketches ? 4 : 0)
            | (hasUnusedSlots ? 8 : 0) | (configuration.keepsLengths ? 16 : 0)
    }

    /// The record's bytes.
    var encoded: [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(Self.currentVersion)
        bytes.append(configuration.metric.rawValue)
        bytes.append(quantization.rawValue)
        bytes.append(configuration.originals.rawValue)
        bytes.append(flags)
        bytes.appendLittleEndian(UInt16(clamping: configuration.build.maximumDegree))
        bytes.appendLittleEndian(UInt32(clamping: dimension))
        bytes.appendLittleEndian(UInt32(clamping: count))
        bytes.appendLittleEndian(configuration.build.seed)
        bytes.appendLittleEndian(scale.bitPattern)
        bytes.appendLittleEndian((configuration.build.alpha ?? 0).bitPattern)
        bytes.appendLittleEndian(UInt32(clamping: configuration.build.window))
        bytes.appendLittleEndian(entryPoint)
        bytes.appendLittleEndian(dimension == 0 ? UInt32(0) : UInt32(clamping: codeLayout.recordStride))
        bytes.appendLittleEndian(dimension == 0 ? UInt32(0) : UInt32(clamping: codeLayout.residualStride))
        bytes.appendLittleEndian(UInt16(clamping: name.utf8.count))
        bytes.appendLittleEndian(UInt16(clamping: tuning?.points.count ?? 0))
        bytes.appendLittleEndian(UInt32(0))
        bytes.appendLittleEndian(UInt32(clamping: tuning?.window ?? 0))
        bytes.appendLittleEndian(UInt32(clamping: tuning?.k ?? 0))
        bytes.appendLittleEndian(UInt32(clamping: entries?.entries ?? 0))
        bytes.appendLittleEndian(UInt16(clamping: entries?.directions ?? 0))
        bytes.appendLittleEndian(growth?.units ?? 0)
        bytes.appendLittleEndian(UInt32(clamping: storedIdentifierChunks))
        bytes.appendLittleEndian(UInt32(clamping: slots))
        bytes.appendLittleEndian(UInt32(clamping: freeSlots))
        bytes.appendLittleEndian(sweepPosition)
        bytes.appendLittleEndian(UInt32(clamping: learnedCount))
        bytes.appendLittleEndian(UInt32(clamping: refreshedCount))
        bytes.appendLittleEndian(UInt32(clamping: removedSinceRefresh))
        bytes.appendLittleEndian(UInt32(clamping: extraVectors))
        bytes.appendLittleEndian(nextNumber)
        bytes.appendLittleEndian(revision)
        bytes.appendLittleEndian(UInt32(clamping: properties?.utf8.count ?? 0))
        for value in mean { bytes.appendLittleEndian(value.bitPattern) }
        bytes.append(contentsOf: name.utf8)
        for point in tuning?.points ?? [] {
            bytes.appendLittleEndian(UInt32(clamping: point.window))
            bytes.appendLittleEndian(UInt32(clamping: point.millionths))
        }
        bytes.append(contentsOf: properties?.utf8 ?? [])
        let checksum = bytes.withUnsafeBytes { Checksum.crc32($0) }
        for offset in 0..<4 { bytes[52 + offset] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt32(offset))) }
        return bytes
    }

    /// Reads a record back.
    /// - Throws: `StorageError.corrupted` or `.formatVersion`.
    init(decoding bytes: [UInt8], path: String) throws(StorageError) {
        func fault(_ what: String) -> StorageError {
            .corrupted(what: what, location: "a collection's record in \(path)")
        }
        guard bytes.count >= Self.oldFixedBytes else {
            throw fault("it has \(bytes.count) bytes of at least \(Self.oldFixedBytes)")
        }
        let span = bytes.span.bytes
        var unsealed = bytes
        for offset in 0..<4 { unsealed[52 + offset] = 0 }
        let checksum = unsealed.withUnsafeBytes { Checksum.crc32($0) }
        guard checksum == span.littleEndian(at: 52, as: UInt32.self) else { throw fault("its checksum is wrong") }
        let version = span.littleEndian(at: 0, as: UInt16.self)
        guard Self.supportedVersions.contains(version) else {
            throw .formatVersion(path: path, found: UInt32(version), supported: UInt32(Self.currentVersion))
        }
        // What came with version 7.
        let isOld = version < 7
        let fixedBytes = isOld ? Self.oldFixedBytes : Self.fixedBytes
        guard bytes.count >= fixedBytes else {
            throw fault("it has \(bytes.count) bytes of at least \(fixedBytes)")
        }
        let propertiesBytes = isOld ? 0 : Int(span.littleEndian(at: 120, as: UInt32.self))
        guard propertiesBytes <= min(Collection.maximumPropertiesBytes, bytes.count - fixedBytes) else {
            throw fault("it has properties of \(propertiesBytes) bytes")
        }
        guard let metric = Metric(rawValue: bytes[2]) else { throw fault("it names metric \(bytes[2])") }
        guard let quantization = Quantization(rawValue: bytes[3]), !isOld || quantization != .binary else {
            throw fault("it names quantization \(bytes[3])")
        }
        guard let originals = Originals(rawValue: bytes[4]) else { throw fault("it names originals \(bytes[4])") }
        let alpha = Float(bitPattern: span.littleEndian(at: 28, as: UInt32.self))
        configuration = CollectionConfiguration(
            metric: metric, quantization: quantization, originals: originals,
            build: BuildParameters(
                maximumDegree: Int(span.littleEndian(at: 6, as: UInt16.self)),
                window: Int(span.littleEndian(at: 32, as: UInt32.self)), alpha: alpha == 0 ? nil : alpha,
                seed: span.littleEndian(at: 16, as: UInt64.self)), keepsLengths: !isOld && bytes[5] & 16 != 0)
        dimension = Int(span.littleEndian(at: 8, as: UInt32.self))
        count = Int(span.littleEndian(at: 12, as: UInt32.self))
        scale = Float(bitPattern: span.littleEndian(at: 24, as: UInt32.self))
        entryPoint = span.littleEndian(at: 36, as: UInt32.self)
        hasGraph = bytes[5] & 2 != 0
        let nameBytes = Int(span.littleEndian(at: 48, as: UInt16.self))
        let points = Int(span.littleEndian(at: 50, as: UInt16.self))
        let nameEnd = bytes.count - propertiesBytes - Self.pointBytes * points
        let meanBytes = nameEnd - fixedBytes - nameBytes
        guard meanBytes >= 0, meanBytes % 4 == 0 else {
            throw fault("its name, mean and tuning do not fit its length")
        }
        mean = (0..<meanBytes / 4).map {
            Float(bitPattern: span.littleEndian(at: fixedBytes + 4 * $0, as: UInt32.self))
        }
        name = String(decoding: bytes[(nameEnd - nameBytes)..<nameEnd], as: UTF8.self)
        let tunedWindow = Int(span.littleEndian(at: 56, as: UInt32.self))
        let tunedK = Int(span.littleEndian(at: 60, as: UInt32.self))
        if points > 0 || tunedWindow > 0 || tunedK > 0 {
            tuning = SearchTuning(
                k: tunedK, window: tunedWindow,
                points: (0..<points).map { point in
                    let place = nameEnd + Self.pointBytes * point
                    return SearchTuning.Point(
                        window: Int(span.littleEndian(at: place, as: UInt32.self)),
                        millionths: Int(span.littleEndian(at: place + 4, as: UInt32.self)))
                })
            guard tuning != nil else {
                throw fault("its tuning is of \(points) points that do not rise as they should")
            }
        }
        if propertiesBytes > 0 {
            let text = bytes.suffix(propertiesBytes)
            do throws(AttributesError) {
                properties = try Attributes(validating: text)
            } catch {
                throw fault("its properties are no JSON object")
            }
        }
        slots = Int(span.littleEndian(at: 76, as: UInt32.self))
        freeSlots = Int(span.littleEndian(at: 80, as: UInt32.self))
        sweepPosition = span.littleEndian(at: 84, as: UInt32.self)
        learnedCount = Int(span.littleEndian(at: 88, as: UInt32.self))
        refreshedCount = Int(span.littleEndian(at: 92, as: UInt32.self))
        removedSinceRefresh = Int(span.littleEndian(at: 96, as: UInt32.self))
        extraVectors = Int(span.littleEndian(at: 100, as: UInt32.self))
        nextNumber = span.littleEndian(at: 104, as: UInt64.self)
        revision = span.littleEndian(at: 112, as: UInt64.self)
        guard count <= slots, slots <= Adjacency.slotLimit, slots == count || hasGraph && count > 0 else {
            throw fault("it has \(count) vectors in \(slots) slots")
        }
        let fewestRows = (count + VectorID.maximumVectors - 1) / VectorID.maximumVectors
        guard extraVectors <= (version == 5 ? 0 : count - fewestRows) else {
            throw fault("it has \(extraVectors) vectors beyond the first of their rows, of \(count)")
        }
        guard freeSlots <= slots - count, sweepPosition == 0 || Int(sweepPosition) < slots else {
            throw fault("it has \(freeSlots) free slots, and its sweep is at \(sweepPosition), of \(slots)")
        }
        guard (count == 0 ? 0...0 : 1...CodeLayout.dimensionLimit).contains(dimension) else {
            throw fault("it has dimension \(dimension) and \(count) vectors")
        }
        storedIdentifierChunks = Int(span.littleEndian(at: 72, as: UInt32.self))
        guard storedIdentifierChunks <= IdentifierChunk.chunks(forSlots: slots) else {
            throw fault("it has \(storedIdentifierChunks) identifier chunks for \(slots) slots")
        }
        do throws(IndexError) {
            try configuration.validate()
        } catch {
            throw fault(error.description)
        }
        let components = quantization.firstLevelBits == nil ? 0 : dimension
        guard mean.count == components, mean.allSatisfy(\.isFinite) else {
            throw fault("its mean is not of \(components) finite components")
        }
        guard scale.isFinite, scale > 0, scale.significand == 1 else { throw fault("its scale is \(scale)") }
        hasSketches = bytes[5] & 4 != 0
        let table = EntryTableLayout(
            dimension: dimension, directions: Int(span.littleEndian(at: 68, as: UInt16.self)),
            entries: Int(clamping: span.littleEndian(at: 64, as: UInt32.self)))
        entries = table.entries > 0 ? table : nil
        let isPossible = entries == nil ? table.directions == 0 : table.isPossible && hasGraph && !mean.isEmpty
        guard isPossible else {
            throw fault("its table of entry points is of \(table.entries) entries and \(table.directions) directions")
        }
        let growthUnits = span.littleEndian(at: 70, as: UInt16.self)
        guard growthUnits == 0 || hasGraph else {
            throw fault("it has a growth of distances of \(growthUnits), for which there is no graph")
        }
        growth = growthUnits == 0 ? nil : DistanceGrowth(units: growthUnits)
        guard !hasSketches || hasGraph && codeLayout.sketches != nil else {
            throw fault("it has sketches, which its quantization has no use for")
        }
        guard bytes[5] == flags else { throw fault("its flags are \(bytes[5])") }
        guard
            dimension == 0
                || (span.littleEndian(at: 40, as: UInt32.self) == UInt32(codeLayout.recordStride)
                    && span.littleEndian(at: 44, as: UInt32.self) == UInt32(codeLayout.residualStride))
        else { throw fault("its strides are not those of its quantization") }
        do throws(StorageError) {
            _ = try CollectionLayout(self)
        } catch {
            throw fault(error.description)
        }
    }

    init(name: String, configuration: CollectionConfiguration) {
        self.name = name
        self.configuration = configuration
    }
}
