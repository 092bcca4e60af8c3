// Loci, Apache License 2.0.

import Foundation
import TestSupport

/// `Tests/Fault/fault.c` as a library, which stands between a process and one file.
struct FaultLayer {
    /// What happens at a call.
    enum Kind: String, CaseIterable {
        case kill, after, cut, power, short, enospc, eio

        /// Whether the process does not survive it.
        var isDeadly: Bool {
            switch self {
            case .kill, .after, .cut, .power: true
            case .short, .enospc, .eio: false
            }
        }
    }

    private let library: String

    /// Builds the library; `nil`, and a word about it, where that is not possible: it takes Linux and a C compiler.
    init?(in folder: TemporaryFolder, test: String = #function) throws {
        #if os(Linux)
        let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Fault/fault.c")
        library = folder.file("fault.so")
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [
            "cc", "-std=c11", "-O1", "-Wall", "-Wextra", "-Werror", "-fPIC", "-shared", "-pthread", "-o", library,
            source.path, "-ldl",
        ]
        try process.run()
        process.waitUntilExit()
        if process.terminationStatus == 0 { return }
        // 127 is env's word for a command that is not there.
        guard process.terminationStatus == 127 else { throw TestFailure("fault.c does not compile") }
        print("\(test) is skipped: there is no C compiler (cc)")
        #else
        print("\(test) is skipped: calls are only intercepted on Linux")
        #endif
        return nil
    }

    /// The environment of a process whose calls on a file fail.
    func environment(_ kind: Kind, at call: Int, times: Int = 1, part: Int = 0, file: String) -> [String: String] {
        [
            "LD_PRELOAD": library, "LOCI_FAULT_FILE": file, "LOCI_FAULT_KIND": kind.rawValue,
            "LOCI_FAULT_AT": "\(call)", "LOCI_FAULT_TIMES": "\(times)", "LOCI_FAULT_PART": "\(part)",
        ]
    }

    /// The environment of a process whose calls on a file are only counted.
    func counting(file: String) -> [String: String] {
        ["LD_PRELOAD": library, "LOCI_FAULT_FILE": file, "LOCI_FAULT_KIND": "count"]
    }

    /// What a process that counted says of its calls: `w` a write of data, `m` of a meta page, `s` a sync.
    static func calls(in errorText: String) -> [Character] {
        errorText.split(separator: "\n").last { $0.hasPrefix("calls ") }.map { Array($0.dropFirst(6)) } ?? []
    }
}
