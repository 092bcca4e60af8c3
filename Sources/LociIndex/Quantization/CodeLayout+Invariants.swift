// Loci, Apache License 2.0.

import CVectorKernels

extension CodeLayout {
    /// What is wrong with a first-level record: a constant that no distance can be taken with, a length that no vector has,
    /// or a component that is no finite number.
    package func fault(of record: UnsafePointer<UInt8>) -> String? {
        let length = length(of: record)
        if !length.isFinite || length < 0 { return "the length of the vector is not a finite number from 0 up" }
        if quantization == .binary {
            let hasBits = BinaryCode(dimension: dimension).hasBitsBehind(record)
            return hasBits ? "a bit behind the last dimension of the code is set" : nil
        }
        guard hasHeader else {
            return withUnsafeTemporaryAllocation(of: Float.self, capacity: dimension) { buffer in
                guard let values = buffer.baseAddress else { return nil }
                VectorCoder.loadFloats(record, count: dimension, isHalf: quantization == .float16, into: values)
                guard Kernels.active.all_finite(values, dimension) == 0 else { return nil }
                let component = buffer.firstIndex { !$0.isFinite } ?? 0
                return "component \(component) of the vector is not finite"
            }
        }
        let header = UnsafeRawPointer(record)
        let low = HalfFloat.widen(UInt16(littleEndian: header.loadUnaligned(fromByteOffset: 0, as: UInt16.self)))
        let step = HalfFloat.widen(UInt16(littleEndian: header.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
        let norms = [4, 8].map {
            Float(bitPattern: UInt32(littleEndian: header.loadUnaligned(fromByteOffset: $0, as: UInt32.self)))
        }
        if !low.isFinite { return "the lower bound of the code is not finite" }
        if !step.isFinite || step < 0 { return "the step of the code is not a finite number from 0 up" }
        if norms.contains(where: { !$0.isFinite || $0 < 0 }) {
            return "a norm of the code is not a finite number from 0 up"
        }
        return nil
    }
}
