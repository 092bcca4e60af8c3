// Loci, Apache License 2.0.

import LociFiles
import LociJSON

/// A file of named tensors, mapped.
///
/// The form (huggingface/safetensors, README, "Format"), all numbers little-endian:
///
///     byte 0      8 bytes   the length n of the header
///     byte 8      n bytes   the header: JSON, from "{" on, blanks at the end:
///                           {"NAME": {"dtype": "F16", "shape": [2, 3], "data_offsets": [BEGIN, END]}, …,
///                            "__metadata__": {"KEY": "TEXT"}}
///     byte 8 + n            the elements; BEGIN and END count from here, END is the byte after the last
///
/// Whatever is not so is refused when the file is opened: ends beyond the file, tensors that overlap, bytes between them that
/// belong to none, lengths that do not fit the shape. So the elements can be read without another look.
struct SafetensorsFile: Sendable {
    /// The most bytes of a header, by the form.
    static let maximumHeaderBytes = 100_000_000

    /// Where it lies.
    let path: String
    let file: MappedFile
    /// The tensors by their names.
    let tensors: [String: Tensor]

    /// Opens a file and reads its header.
    ///
    /// - Throws: `cannotRead`, `badSafetensors`, `badJSON`.
    /// - Complexity: O(header)
    init(path: String) throws(TextError) {
        self.path = path
        file = try TextFileBytes.map(path)
        let size = file.size
        guard size >= 8 else {
            throw .badSafetensors(path: path, reason: "it has \(size) bytes, the length alone takes 8")
        }
        let declared = file.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
        guard declared <= UInt64(Self.maximumHeaderBytes), declared <= UInt64(size - 8) else {
            throw .badSafetensors(
                path: path,
                reason: "the header should have \(declared) bytes, the file has \(size), the limit is "
                    + "\(Self.maximumHeaderBytes)")
        }
        let start = 8 + Int(declared)
        let header = file.withUnsafeBytes { Array($0[8..<start]) }
        guard header.first == UInt8(ascii: "{") else {
            throw .badSafetensors(path: path, reason: "the header does not begin with {")
        }
        tensors = try Self.tensors(header, start: start, size: size, path: path)
    }

    /// A tensor of a name.
    ///
    /// - Throws: `tensorMissing`.
    func tensor(_ name: String) throws(TextError) -> Tensor {
        guard let tensor = tensors[name] else { throw .tensorMissing(path: path, tensor: name) }
        return tensor
    }

    private static func tensors(
        _ header: [UInt8], start: Int, size: Int, path: String
    ) throws(TextError) -> [String: Tensor] {
        var tensors: [String: Tensor] = [:]
        var names = Set<String>()
        var reader = try ModelReader(header, path: path)
        try reader.enterObject()
        while try reader.nextMember() {
            let name = reader.key
            guard names.insert(name).inserted else {
                throw .badSafetensors(path: path, reason: "the header names \(name) twice")
            }
            let value = try reader.value()
            if name == "__metadata__" { continue }
            tensors[name] = try tensor(name, value, start: start, size: size, path: path)
        }
        try reader.finish()
        try checkCover(tensors.values, start: start, size: size, path: path)
        return tensors
    }

    private static func tensor(
        _ name: String, _ value: JSONValue, start: Int, size: Int, path: String
    ) throws(TextError) -> Tensor {
        guard let typeName = value[given: "dtype"]?.text, let type = TensorType(rawValue: typeName) else {
            throw .badSafetensors(path: path, reason: "the type of the tensor \(name) is missing or unknown")
        }
        guard let sizes = value[given: "shape"]?.elements, let offsets = value[given: "data_offsets"]?.elements,
            offsets.count == 2,
            let begin = offsets[0].integer, let end = offsets[1].integer
        else { throw .badSafetensors(path: path, reason: "the tensor \(name) lacks a shape or two offsets") }
        guard begin >= 0, begin <= end, end <= size - start else {
            throw .badSafetensors(
                path: path, reason: "the tensor \(name) lies at \(begin)..<\(end) of \(size - start) bytes")
        }
        var shape: [Int] = []
        var bytes = type.size
        for element in sizes {
            guard let length = element.integer, length >= 0 else {
                throw .badSafetensors(path: path, reason: "the shape of the tensor \(name) has no sense")
            }
            shape.append(length)
            let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
            guard !overflow else {
                throw .badSafetensors(path: path, reason: "the shape of the tensor \(name) is too large")
            }
            bytes = product
        }
        guard bytes == end - begin else {
            throw .badSafetensors(
                path: path, reason: "the tensor \(name) has \(end - begin) bytes, its shape takes \(bytes)")
        }
        return Tensor(name: name, type: type, shape: shape, range: start + begin..<start + end)
    }

    /// Checks that each byte after the header belongs to one tensor.
    private static func checkCover(
        _ tensors: some Collection<Tensor>, start: Int, size: Int, path: String
    ) throws(TextError) {
        var next = start
        for tensor in tensors.sorted(by: {
            ($0.range.lowerBound, $0.range.upperBound, $0.name) < ($1.range.lowerBound, $1.range.upperBound, $1.name)
        }) {
            guard tensor.range.lowerBound == next else {
                throw .badSafetensors(
                    path: path,
                    reason: "the tensor \(tensor.name) begins at byte \(tensor.range.lowerBound), and not at \(next)")
            }
            next = tensor.range.upperBound
        }
        guard next == size else {
            throw .badSafetensors(path: path, reason: "it has \(size) bytes, its tensors end at byte \(next)")
        }
    }
}
