// Loci, Apache License 2.0.

package import CVectorKernels

/// The kernels that this process uses.
package enum Kernels {
    /// The table of the best instruction set, or the one that `LOCI_KERNELS` names.
    package static var active: vk_kernels { vk_active().pointee }

    /// The name of the instruction set in use.
    package static var name: String { String(cString: vk_active().pointee.name) }
}

/// A kernel with its query: distances of many rows in one call.
///
/// Plain pointers, for the hot loop: valid while the `QueryState` that gave it lives and is not prepared anew.
package enum DistanceKernel {
    package typealias Rows = UnsafePointer<UnsafePointer<UInt8>?>

    case nibbles(
        @convention(c) (UnsafePointer<vk_nibble_query>?, Rows?, Int, UnsafeMutablePointer<Float>?) -> Void,
        UnsafePointer<vk_nibble_query>)
    case bytes(
        @convention(c) (UnsafePointer<vk_byte_query>?, Rows?, Int, UnsafeMutablePointer<Float>?) -> Void,
        UnsafePointer<vk_byte_query>)
    case sketches(
        @convention(c) (UnsafePointer<vk_sketch_query>?, Rows?, Int, UnsafeMutablePointer<Float>?) -> Void,
        UnsafePointer<vk_sketch_query>)
    case bits(
        @convention(c) (UnsafePointer<vk_hamming_query>?, Rows?, Int, UnsafeMutablePointer<Float>?) -> Void,
        UnsafePointer<vk_hamming_query>)
    case floats(
        @convention(c) (UnsafePointer<Float>?, Int, Rows?, Int, UnsafeMutablePointer<Float>?) -> Void,
        UnsafePointer<Float>, Int)

    /// Writes the distances of `count` rows.
    @inline(__always)
    package func callAsFunction(_ rows: Rows, count: Int, output: UnsafeMutablePointer<Float>) {
        switch self {
        case .nibbles(let kernel, let query): kernel(query, rows, count, output)
        case .bytes(let kernel, let query): kernel(query, rows, count, output)
        case .sketches(let kernel, let query): kernel(query, rows, count, output)
        case .bits(let kernel, let query): kernel(query, rows, count, output)
        case .floats(let kernel, let query, let dimension): kernel(query, dimension, rows, count, output)
        }
    }
}
