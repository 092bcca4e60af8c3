// Loci, Apache License 2.0.

/// Records of one size that can be changed: in a buffer of our own, or in chunks of a file of which each is copied before it
/// is first written.
///
/// Not for use from two threads at once, but what is read through `records` may be read by any number while nobody edits.
package protocol EditableRecords: AnyObject {
    /// The records as they stand, changes included. Chunks that are copied take the place of the old ones in the table of
    /// pointers, so that a value that was got before an `edit` is good after it, too.
    var records: RecordArray { get }
    /// Where a record can be written, up to the next call: a chunk that is not a copy yet becomes one.
    /// - Parameter index: Below the number of records.
    func edit(_ index: UInt32) throws -> UnsafeMutablePointer<UInt8>
}

extension OwnedRecords: EditableRecords {
    /// Where a record is.
    package func edit(_ index: UInt32) -> UnsafeMutablePointer<UInt8> { self[Int(index)] }
}
