// Loci, Apache License 2.0.

import LociStorage

extension CollectionArrays where Element == ChunkGeometry {
    /// The bytes of the file that a collection will take, by what is on them: what `info()` then says, to 1 % from some
    /// thousands of vectors up.
    ///
    /// Everything that a build writes for a vector is counted here, and only here.
    /// - Parameters:
    ///   - record: The collection's record, of the count and dimension that it will have.
    ///   - identifiers: Those of the vectors.
    func fileBytes(_ record: CollectionRecord, identifiers: BuildIdentifiers) -> CollectionInfo.Bytes {
        let count = record.count
        var bytes = CollectionInfo.Bytes()
        bytes.codes = codes.fileBytes(records: count)
        bytes.residuals = residuals?.fileBytes(records: count) ?? 0
        bytes.adjacency = (adjacency?.fileBytes(records: count) ?? 0) + (parents?.fileBytes(records: count) ?? 0)
        bytes.originals = originals?.fileBytes(records: count) ?? 0
        bytes.sketches = sketches?.fileBytes(records: count) ?? 0
        bytes.entries = entries?.fileBytes(records: 1) ?? 0
        bytes.identifiers = identifiers.fileBytes
        let meanBytes = record.quantization.firstLevelBits == nil ? 0 : 4 * record.dimension
        bytes.settings = SpaceEstimate.fileBytes(
            keyBytes: 4,
            valueBytes: CollectionRecord.fixedBytes + meanBytes + record.name.utf8.count
                + (record.properties?.utf8.count ?? 0))
        return bytes
    }
}
