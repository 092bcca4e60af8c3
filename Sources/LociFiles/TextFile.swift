// Loci, Apache License 2.0.

/// A file of text, such as a drawing.
package enum TextFile {
    /// Checks that a file can be written, before the work whose results it is to hold.
    ///
    /// - Throws: `isDirectory`, `notRegularFile`, `cannotWrite`.
    package static func check(_ path: String) throws(VectorFileError) {
        try ReplacingFile(path: path).discard()
    }

    /// Writes a text, whole or not at all.
    ///
    /// - Throws: `isDirectory`, `notRegularFile`, `cannotWrite`.
    package static func write(_ text: String, to path: String) throws(VectorFileError) {
        let file = try ReplacingFile(path: path)
        try file.write(Array(text.utf8))
        try file.commit()
    }
}
