// Loci, Apache License 2.0.

import LociJSON

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Arrays of numbers of a page, each in an element of its own; JSON names them by their places.
struct PageBlobs {
    private var texts: [String] = []

    /// The elements.
    var elements: String {
        texts.map { "<script type=\"text/plain\" class=\"blob\">\($0)</script>" }.joined(separator: "\n")
    }

    /// Takes numbers in, and gives what JSON has in their place.
    mutating func add(_ values: [UInt8]) -> JSONValue {
        texts.append(Data(values).base64EncodedString())
        return .integer(texts.count - 1)
    }

    /// The same of numbers of 32 bits.
    mutating func add(_ values: [UInt32]) -> JSONValue {
        add(values.map(\.littleEndian).withUnsafeBytes { Array($0) })
    }

    /// The same of floats.
    mutating func add(_ values: [Float]) -> JSONValue { add(values.map(\.bitPattern)) }

    /// The same of doubles.
    mutating func add(_ values: [Double]) -> JSONValue {
        add(values.map(\.bitPattern.littleEndian).withUnsafeBytes { Array($0) })
    }
}
