// Loci, Apache License 2.0.

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension ChunkTable {
    /// Asks the system to read the array's chunks from the disk, in the order of the file, before they are needed.
    ///
    /// Without, each page is read alone when a search first touches it, as the map is opened for reading at random. The
    /// system reads on after the call has returned, and may do less than it was asked for.
    ///
    /// - Returns: The bytes that were asked for, in whole pages.
    /// - Complexity: O(chunks · log chunks): no page of a chunk is touched.
    package func readAhead() -> Int {
        var asked = 0
        for range in pageRanges() {
            guard let start = UnsafeMutableRawPointer(bitPattern: range.lowerBound) else { continue }
            // Advice that is not taken changes nothing.
            _ = posix_madvise(start, range.count, POSIX_MADV_WILLNEED)
            asked += range.count
        }
        return asked
    }

    /// The pages of the chunks, as ranges of addresses that rise and do not touch.
    func pageRanges() -> [Range<UInt>] {
        let page = UInt(DatabaseSettings.pageBytes)
        var left = count
        var ranges = (0..<chunkCount).map { chunk in
            let records = min(left, geometry.recordsPerChunk)
            left -= records
            let value = UInt(bitPattern: record(at: UInt32(chunk * geometry.recordsPerChunk)))
            let start = value - UInt(ChunkHeader.encodedBytes)
            let end = start + UInt(geometry.storedBytes(records: records))
            return start / page * page..<(end + page - 1) / page * page
        }
        ranges.sort { $0.lowerBound < $1.lowerBound }
        var merged: [Range<UInt>] = []
        for range in ranges {
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }
}
