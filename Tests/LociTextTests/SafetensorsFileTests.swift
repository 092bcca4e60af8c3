// Loci, Apache License 2.0.

import TestSupport
import Testing

@testable import LociText

/// Writes files of tensors, sound or not.
enum SafetensorsWriter {
    static func bytes(header: String, data: [UInt8]) -> [UInt8] {
        let length = UInt64(header.utf8.count)
        return (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) } + Array(header.utf8) + data
    }

    /// A file of matrices of float32.
    static func bytes(_ tensors: [(name: String, shape: [Int], values: [Float])]) -> [UInt8] {
        var data: [UInt8] = []
        var members: [String] = []
        for tensor in tensors {
            let begin = data.count
            for value in tensor.values {
                withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
            }
            members.append(
                "\"\(tensor.name)\":{\"dtype\":\"F32\",\"shape\":\(tensor.shape),\"data_offsets\":[\(begin),\(data.count)]}"
            )
        }
        return bytes(header: "{" + members.joined(separator: ",") + "}  ", data: data)
    }
}

@Suite struct SafetensorsFileTests {
    @Test func elementsOfAllTypesAreRead() throws {
        let folder = try TemporaryFolder()
        let header = """
            {"__metadata__":{"format":"pt"},"half":{"dtype":"F16","shape":[2,2],"data_offsets":[0,8]},\
            "brain":{"dtype":"BF16","shape":[1,2],"data_offsets":[8,12]},"whole":{"dtype":"F32","shape":[1],\
            "data_offsets":[12,16]},"number":{"dtype":"I64","shape":[1],"data_offsets":[16,24]},\
            "none":{"dtype":"F32","shape":[0,4],"data_offsets":[24,24]},"one":{"dtype":"I32","shape":[],"data_offsets":[24,28]}}
            """
        let data: [UInt8] = [
            0x00, 0x3C, 0x00, 0xC0, 0x01, 0x00, 0xFF, 0x7B, 0x80, 0x3F, 0x00, 0xC0, 0x00, 0x00, 0x20, 0x41, 0xFE, 0xFF,
            0xFF,
            0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0x00, 0x00, 0x00,
        ]
        let file = try SafetensorsFile(
            path: folder.write("m.safetensors", SafetensorsWriter.bytes(header: header, data: data)))
        #expect(try file.floats(file.tensor("half")) == [1, -2, 0x1p-24, 65_504])
        #expect(try file.floats(file.tensor("brain")) == [1, -2])
        #expect(try file.floats(file.tensor("whole")) == [10])
        #expect(try file.integers(file.tensor("number")) == [-2])
        #expect(try file.integers(file.tensor("one")) == [7])
        #expect(try file.floats(file.tensor("none")).isEmpty)
        var sums: [Float] = [10, 10]
        file.addRow(0, of: try file.tensor("half"), times: 2, to: &sums)
        #expect(sums == [12, 6])
        file.addRow(0, of: try file.tensor("brain"), times: -1, to: &sums)
        #expect(sums == [11, 8])
        #expect(throws: TextError.tensorMissing(path: file.path, tensor: "other")) { try file.tensor("other") }
        #expect(
            throws: TextError.tensorType(path: file.path, tensor: "one", type: "I32", allowed: "F16, BF16, F32 or F64")
        ) {
            try file.floats(file.tensor("one"))
        }
    }

    @Test func numbersThatAreNoneAreFound() throws {
        let folder = try TemporaryFolder()
        for value in [Float.nan, .infinity] {
            let file = try SafetensorsFile(
                path: folder.write("m.safetensors", SafetensorsWriter.bytes([("a", [3], [0, 1, value])])))
            #expect(throws: TextError.tensorNotFinite(path: file.path, tensor: "a", index: 2)) {
                try file.floats(file.tensor("a"))
            }
        }
    }

    @Test func whatIsNotOfTheFormIsRefused() throws {
        let folder = try TemporaryFolder()
        func tensor(_ type: String, _ shape: String, _ offsets: String) -> String {
            #"{"a":{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}}"#
        }
        let cases: [(header: String, bytes: Int)] = [
            (tensor("F32", "[2]", "[0,8]"), 7),
            (tensor("F32", "[2]", "[0,8]"), 9),
            (tensor("F32", "[2]", "[1,9]"), 9),
            (tensor("F32", "[2]", "[0,4]"), 4),
            (tensor("F32", "[2]", "[8,0]"), 8),
            (tensor("F32", "[2]", "[-8,0]"), 8),
            (tensor("F32", "[-2]", "[0,8]"), 8),
            (tensor("F32", "[2.5]", "[0,10]"), 10),
            (tensor("F32", "[9007199254740992,9007199254740992]", "[0,0]"), 0),
            (tensor("F32", "2", "[0,8]"), 8),
            (tensor("F32", "[2]", "[0]"), 8),
            (tensor("X99", "[2]", "[0,8]"), 8),
            (
                #"{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}"#,
                3
            ),
            (
                #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}"#,
                3
            ),
            (
                #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}"#,
                2
            ),
            ("[]", 0), (" {}", 0),
        ]
        for (header, count) in cases {
            let path = try folder.write(
                "m.safetensors",
                SafetensorsWriter.bytes(header: header, data: [UInt8](repeating: 0, count: count)))
            let error = thrown { () throws(TextError) in try SafetensorsFile(path: path) }
            guard case .badSafetensors = error else {
                Issue.record("\(header) with \(count) bytes: \(String(describing: error))")
                continue
            }
        }
        for bytes: [UInt8] in [
            [1, 2, 3], [2, 0, 0, 0, 0, 0, 0, 0], [UInt8](repeating: 255, count: 20),
            [0, 0, 0, 0, 0, 0, 0, 0],
        ] {
            let path = try folder.write("m.safetensors", bytes)
            guard case .badSafetensors = thrown({ () throws(TextError) in try SafetensorsFile(path: path) }) else {
                Issue.record("\(bytes)")
                continue
            }
        }
    }

    @Test func damagedFilesAreErrorsOrTensors() throws {
        var generator = SeededGenerator()
        let folder = try TemporaryFolder()
        let bytes = SafetensorsWriter.bytes([("a", [2, 3], [1, 2, 3, 4, 5, 6]), ("b", [2], [7, 8])])
        for round in 0..<bytes.count + TestSettings.iterations(1_500) {
            var damaged = bytes
            if round < bytes.count {
                damaged.removeSubrange(round...)
            } else {
                for _ in 0...generator.below(3) {
                    damaged[generator.below(damaged.count)] = UInt8(truncatingIfNeeded: generator.next())
                }
            }
            let path = try folder.write("m.safetensors", damaged)
            guard let file = try? SafetensorsFile(path: path) else { continue }
            #expect(round >= bytes.count, "a file without its end was read")
            for tensor in file.tensors.values {
                #expect(tensor.range.lowerBound >= 8 && tensor.range.upperBound <= damaged.count)
                if let values = try? file.floats(tensor) { #expect(values.count == tensor.count) }
                _ = try? file.integers(tensor)
            }
        }
    }
}
