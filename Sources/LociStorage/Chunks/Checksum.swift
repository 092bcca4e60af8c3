// Loci, Apache License 2.0.

import CZlib

/// CRC-32 as in zlib, gzip and PNG (polynomial 0xEDB88320).
package enum Checksum {
    /// The checksum of `bytes`, or of what `initial` is the checksum of, followed by `bytes`.
    package static func crc32(_ bytes: UnsafeRawBufferPointer, after initial: UInt32 = 0) -> UInt32 {
        guard var position = bytes.bindMemory(to: UInt8.self).baseAddress else { return initial }
        var checksum = uLong(initial)
        var left = bytes.count
        while left > 0 {
            let step = min(left, 1 << 30)
            checksum = CZlib.crc32(checksum, position, uInt(step))
            position += step
            left -= step
        }
        return UInt32(truncatingIfNeeded: checksum)
    }
}
