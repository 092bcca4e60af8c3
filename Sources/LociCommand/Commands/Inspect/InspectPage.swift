// Loci, Apache License 2.0.

import Loci
import LociJSON
import LociMemory

/// An inspection as one file of HTML, which needs nothing else.
///
/// What stands in the folder `Page` is put together here: styles, scripts, and the data, as JSON, with arrays of numbers as
/// base64 of their bytes (little-endian) in elements of their own, which a browser need not parse.
struct InspectPage {
    private let findings: InspectionFindings

    init(_ findings: InspectionFindings) { self.findings = findings }

    /// The scripts, each of one subject, in the order in which they need each other.
    private static var scripts: [[UInt8]] {
        [
            PackageResources.elements_js, PackageResources.format_js, PackageResources.data_js,
            PackageResources.colours_js, PackageResources.charts_js, PackageResources.points_js,
            PackageResources.map_js, PackageResources.walk_js, PackageResources.path_js,
            PackageResources.figures_js, PackageResources.memory_js, PackageResources.main_js,
        ]
    }

    /// The page.
    var html: String {
        var blobs = PageBlobs()
        let data = PageData(findings).json(&blobs).line
        let parts = [
            "title": SVGElement.escaped(title),
            "style": Self.text(PackageResources.inspect_css),
            "data": Self.inScript(data),
            "blobs": blobs.elements,
            "script": Self.scripts.map(Self.text).joined(separator: "\n"),
        ]
        return Self.filled(Self.text(PackageResources.inspect_html), parts)
    }

    private var title: String {
        let names = findings.collections.map(\.name) + findings.memories.map(\.namespace)
        return (names.count == 1 ? names[0] + ", " : "") + findings.path + " · loci inspect"
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// JSON that can stand in an element of a page, whatever strings are in it: no `<` can begin an end of the element, nor
    /// a comment.
    static func inScript(_ json: String) -> String { json.replacing("<", with: "\\u003c") }

    /// The text with each `{{name}}` replaced, once: what is put in is not looked at.
    static func filled(_ template: String, _ parts: [String: String]) -> String {
        var pieces = template.split(separator: "{{", omittingEmptySubsequences: false)[...]
        var result = String(pieces.popFirst() ?? "")
        for piece in pieces {
            guard let end = piece.firstRange(of: "}}"), let part = parts[String(piece[..<end.lowerBound])] else {
                result += "{{" + piece
                continue
            }
            result += part + piece[end.upperBound...]
        }
        return result
    }
}
