// Loci, Apache License 2.0.

public import LociFiles
public import LociIndex

/// A vector file can be built from and queried with as it stands.
extension VectorFile: VectorSource {}

extension VectorFile {
    /// The identifiers that the file gives its rows, if it does.
    public var vectorIDs: [VectorID]? { identifiers?.map(VectorID.init(bytes:)) }
}
