// Loci, Apache License 2.0.

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension MappedFile {
    /// Calls `body` for each line with its number, counted from 1, and its bytes without the line's end.
    ///
    /// A line ends with LF or CRLF; the last may do without. The bytes are valid until `body` returns.
    func forEachLine(
        _ body: (Int, UnsafeRawBufferPointer) throws(VectorFileError) -> Void
    ) throws(VectorFileError) {
        expectSequentialReading()
        try withUnsafeBytes { bytes throws(VectorFileError) in
            guard let base = bytes.baseAddress else { return }
            var start = 0
            var number = 0
            while start < bytes.count {
                number += 1
                let found = memchr(base + start, 0x0A, bytes.count - start)
                let next = found.map { UnsafeRawPointer($0) - base } ?? bytes.count
                var end = next
                if end > start, bytes[end - 1] == 0x0D { end -= 1 }
                try body(number, UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                start = next + 1
            }
        }
    }
}
