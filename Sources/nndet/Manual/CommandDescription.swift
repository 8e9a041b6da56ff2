import ArgumentParser
import Foundation
import Support

/// What the argument parser knows of a command: what its manual page and its part of the reference are made of.
struct CommandDescription: Decodable {
    struct Argument: Decodable {
        struct Name: Decodable {
            let kind: String
            let name: String

            /// As it is typed.
            var text: String { (kind == "long" ? "--" : "-") + name }
        }

        /// `positional`, `option` or `flag`.
        let kind: String
        let shouldDisplay: Bool
        let isOptional: Bool
        let isRepeating: Bool
        let names: [Name]?
        let valueName: String?
        let defaultValue: String?
        let abstract: String?

        private var value: String { "<\(valueName ?? "value")>" }
        private var spellings: [String] { (names ?? []).map(\.text) }

        /// As it stands in a list of options: `-o, --overwrites <key=value> …`.
        var heading: String {
            let name = kind == "positional" ? value : (spellings.joined(separator: ", ") + (kind == "option" ? " \(value)" : ""))
            return name + (isRepeating ? " …" : "")
        }

        /// What it does, and its default.
        var meaning: String {
            let text = abstract ?? ""
            guard kind != "flag", let defaultValue, !text.contains("(default:") else { return text }
            return text + " (default: \(defaultValue))"
        }

        /// As it stands in the usage of its command.
        var usage: String {
            let name = kind == "positional" ? value : (spellings.last ?? "") + (kind == "option" ? " \(value)" : "")
            let repeated = name + (isRepeating ? " …" : "")
            return isOptional ? "[\(repeated)]" : repeated
        }
    }

    let superCommands: [String]?
    let commandName: String
    let abstract: String?
    let discussion: String?
    let subcommands: [CommandDescription]?
    let arguments: [Argument]?

    /// With the commands that it belongs to: `nndet model pack`.
    var fullName: String { ((superCommands ?? []) + [commandName]).joined(separator: " ") }
    /// The options and arguments that are its own.
    var ownArguments: [Argument] {
        (arguments ?? []).filter { argument in
            argument.shouldDisplay && !(argument.names ?? []).contains { ["help", "version"].contains($0.name) }
        }
    }
    var ownCommands: [CommandDescription] { (subcommands ?? []).filter { $0.commandName != "help" } }

    var usage: String {
        let parts = ownCommands.isEmpty ? ownArguments.map(\.usage) : ["<command> …"]
        return ([fullName] + parts).joined(separator: " ")
    }

    /// The program with all of its commands that are shown.
    ///
    /// - Throws: `Problem` where the parser describes itself in another way than it is known to.
    static func program() throws -> CommandDescription {
        struct Tool: Decodable { let command: CommandDescription }
        do {
            _ = try NNDet.parseAsRoot(["--experimental-dump-help"])
        } catch {
            let tool: Tool = try JSONFile.decode(from: Data(NNDet.fullMessage(for: error).utf8), named: "the argument parser")
            return tool.command
        }
        throw Problem("the argument parser", "does not describe itself")
    }
}
