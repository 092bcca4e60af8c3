// Loci, Apache License 2.0.

import ArgumentParser
import Loci
import LociMCP
import LociMemory

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// `loci mcp`: a memory as tools of a language model's client.
struct MCPCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mcp",
        abstract: "Serve a memory to a client of the Model Context Protocol.",
        discussion: """
            Speaks the protocol on standard input and output: a client starts the command, and a model gets the tools remember, \
            recall, forget and list, and blocks_append, blocks_open and blocks_info for a long context. To register it, most clients take a file of JSON such as this:

              {
                "mcpServers": {
                  "memory": {
                    "command": "/usr/local/bin/loci",
                    "args": ["mcp", "/home/alice/agent.loci", "--namespace", "alice"]
                  }
                }
              }

            The tools keep to the namespace, unless --any-namespace lets a call name another one. The database is made if it is \
            missing, but for --read-only, which leaves out remember, forget and blocks_append. Ends when standard input does.
            """)

    @Argument(help: "The database: a file.", completion: .file(extensions: ["loci"]))
    var database: String

    @Option(help: ArgumentHelp("Whose memory it is, such as tenant/user/agent.", valueName: "name"))
    var namespace = "default"

    @Flag(help: "Let calls name other namespaces, and list all.")
    var anyNamespace = false

    @Flag(help: "Let nothing be remembered and forgotten.")
    var readOnly = false

    @OptionGroup var model: ModelOptions

    @Flag(name: .shortAndLong, help: "Tell of each request on standard error, without what it says.")
    var verbose = false

    func validate() throws {
        try ServerPath.refuse(database)
        do { _ = try MemoryNamespace(namespace) } catch { throw ValidationError("\(error)") }
    }

    func run() throws {
        Interrupt.install()
        // Before there is a file: a model that is not installed leaves none.
        let named = try model.named
        let database = try Database.open(database, access: readOnly ? .readOnly : .create)
        var options = MCPOptions(try MemoryNamespace(namespace))
        (options.allowsAnyNamespace, options.isReadOnly) = (anyNamespace, readOnly)
        options.version = LociCommand.configuration.version
        let isVerbose = verbose
        let server = MCPServer(ServedMemories(database, named), options) { text in
            if isVerbose { Console.error.note("loci: " + TextWidth.printable(text) + "\n") }
        }
        var lines = MessageLines()
        while let bytes = try Self.read() {
            for line in lines.take(bytes) { try Self.answer(line, by: server) }
        }
        if !Interrupt.isRequested, let line = lines.end() { try Self.answer(line, by: server) }
        try AsynchronousWork.run { try await server.end() }
    }

    private static func answer(_ line: MessageLines.Line, by server: MCPServer) throws {
        // A client that asked for the end does not wait for more.
        guard !Interrupt.isRequested else { return }
        if let answer = try AsynchronousWork.run({ await server.answer(to: line) }) {
            try Console.output.write(answer + "\n")
        }
    }

    /// What there is on standard input, at least a byte; nil at its end, and when a signal asks for the end, which is how clients stop
    /// a server and no failure.
    private static func read() throws -> [UInt8]? {
        while true {
            Interrupt.waitForInput(STDIN_FILENO)
            if Interrupt.isRequested { return nil }
            var code: Int32 = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: 1 << 16) { buffer, count in
                #if canImport(Glibc)
                let result = Glibc.read(STDIN_FILENO, buffer.baseAddress, buffer.count)
                #elseif canImport(Musl)
                let result = Musl.read(STDIN_FILENO, buffer.baseAddress, buffer.count)
                #else
                let result = Darwin.read(STDIN_FILENO, buffer.baseAddress, buffer.count)
                #endif
                if result < 0 { code = errno }
                count = max(0, result)
            }
            if code == 0 { return bytes.isEmpty ? nil : bytes }
            guard code == EINTR || code == EAGAIN else {
                throw VectorFileError.cannotRead(path: "standard input", reason: String(cString: strerror(code)))
            }
        }
    }
}
