// Loci, Apache License 2.0.

/// The types that elements have in files.
enum NumericType: Sendable, Equatable {
    case uint8, int32, uint32, int64, uint64, float16, float32

    /// The size of an element in bytes.
    var size: Int {
        switch self {
        case .uint8: 1
        case .float16: 2
        case .int32, .uint32, .float32: 4
        case .int64, .uint64: 8
        }
    }

    /// The name for messages.
    var name: String {
        "\(self)"
    }
}

/// The order of the bytes of a number.
enum ByteOrder: Sendable, Equatable {
    case little, big

    /// The order of the machine that runs.
    static var host: ByteOrder {
        UInt16(1).littleEndian == 1 ? .little : .big
    }
}
