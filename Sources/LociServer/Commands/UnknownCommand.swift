// Loci, Apache License 2.0.

/// The error of a name that is no command's, with the arguments that it came with as far as there is room.
enum UnknownCommand {
    /// How much of a name, and of the arguments together, is shown, in bytes.
    private static let shownBytes = 128

    static func error(_ arguments: Arguments) -> CommandError {
        let name = shown(arguments[0], limit: shownBytes)
        var list: [UInt8] = []
        for index in 1..<max(1, arguments.count) where list.count < shownBytes {
            list += quoted(shown(arguments[index], limit: shownBytes - list.count)) + [UInt8(ascii: " ")]
        }
        return CommandError(
            bytes: Array("ERR unknown command ".utf8) + quoted(name) + Array(", with args beginning with: ".utf8) + list
        )
    }

    private static func quoted(_ bytes: [UInt8]) -> [UInt8] { [UInt8(ascii: "'")] + bytes + [UInt8(ascii: "'")] }

    /// A word up to a zero byte or the limit.
    private static func shown(_ bytes: [UInt8], limit: Int) -> [UInt8] { Array(bytes.prefix(limit).prefix { $0 != 0 }) }
}
