// Loci, Apache License 2.0.
// Searches a folder of text files by meaning and by words, without a server: TextSearch DATABASE FOLDER QUESTION

import Foundation
import LociMemory

@main struct TextSearch {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4 else {
            print("usage: TextSearch DATABASE FOLDER QUESTION")
            exit(2)
        }
        let memory = try MemoryStore.open(arguments[1]).memory("texts")
        try await memory.remember(paragraphs(of: URL(filePath: arguments[2])))
        var options = RecallOptions()
        options.k = 2
        for passage in try await memory.recall(arguments[3], options).passages {
            print("\(passage.unit.session): \(passage.text)")
        }
    }

    /// The paragraphs of all files. Each has a key, so that one which is there already is not remembered twice.
    static func paragraphs(of folder: URL) throws -> [NewUnit] {
        let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        var units: [NewUnit] = []
        for file in files.filter({ $0.pathExtension == "txt" }).sorted(by: { $0.path < $1.path }) {
            let text = try String(contentsOf: file, encoding: .utf8)
            for (number, paragraph) in text.split(separator: "\n\n").enumerated() {
                let name = file.lastPathComponent
                units.append(
                    NewUnit(
                        session: name, text: paragraph.trimmingCharacters(in: .whitespacesAndNewlines),
                        key: "\(name) \(number)"))
            }
        }
        return units
    }
}
