// Loci, Apache License 2.0.

import Loci

/// What is to be known of a set that a client has made, besides its configuration. It stands in the properties of the collection,
/// where there is anything to be noted.
struct VectorSetNotes: Equatable {
    /// The components that a vector had before it was projected; nil if it is as it was given.
    var inputDimension: Int?
    /// The `M` that was asked for, if it is not the default: `VADD` must ask for it again.
    var connections: Int?
    /// Whether `VADD` must name the quantization again, since it is one of Redis's that is not the default.
    var namesQuantization = false

    /// Whether the set stays when its last element is removed: where `LOCI.CREATE` has made it as it is.
    var isKept = false

    private enum Name {
        static let kept = "vector_set_kept"
        static let inputDimension = "vector_set_input_dimension"
        static let connections = "vector_set_m"
        static let quantization = "vector_set_names_quantization"
    }

    init() {}

    init(_ properties: Attributes?) {
        guard let properties else { return }
        if case .number(let number)? = properties[Name.inputDimension] { inputDimension = Int(number) }
        if case .number(let number)? = properties[Name.connections] { connections = Int(number) }
        if case .bool(true)? = properties[Name.quantization] { namesQuantization = true }
        if case .bool(true)? = properties[Name.kept] { isKept = true }
    }

    /// What is stored; nil if there is nothing to be noted.
    var properties: Attributes? {
        get throws {
            var members: [String: AttributeValue] = [:]
            if let inputDimension { members[Name.inputDimension] = .number(Double(inputDimension)) }
            if let connections { members[Name.connections] = .number(Double(connections)) }
            if namesQuantization { members[Name.quantization] = .bool(true) }
            if isKept { members[Name.kept] = .bool(true) }
            return members.isEmpty ? nil : try Attributes(members)
        }
    }

    /// How vectors are projected, in a set of a dimension.
    func projection(dimension: Int) -> VectorProjection? {
        inputDimension.map { VectorProjection(inputDimension: $0, dimension: dimension) }
    }
}
