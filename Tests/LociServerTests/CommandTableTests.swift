// Loci, Apache License 2.0.

import Foundation
import Testing

@testable import LociServer

@Suite struct CommandTableTests {
    @Test func eachCommandHasOneNameAndAWayToBeCalled() {
        let table = CommandTable()
        #expect(Set(table.commands.map(\.name)).count == table.commands.count)
        for command in table.commands {
            #expect(command.name == command.name.uppercased())
            #expect(command.arity != 0)
            #expect(!command.documentation.summary.isEmpty)
            #expect(table.command(named: command.name.lowercased())?.name == command.name)
        }
        #expect(table.command(named: "nosuch") == nil)
    }

    /// What the documentation tells is what there is.
    @Test func allAreDocumented() throws {
        let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/protocol.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        for command in CommandTable().commands {
            #expect(text.contains(command.name), "docs/protocol.md does not tell of \(command.name)")
            if ["loci", "memory", "blocks"].contains(command.documentation.group) {
                let flat = text.replacing("\n     ", with: " ")
                let words = command.documentation.syntax
                let syntax = words.isEmpty ? command.name : "\(command.name) \(words)"
                #expect(flat.contains(syntax), "docs/protocol.md has another syntax than \(syntax)")
            }
        }
    }
}
