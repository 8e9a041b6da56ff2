/// The command line as one page of Markdown.
struct CommandReference {
    let program: CommandDescription

    var text: String {
        var lines = [
            "# Command line", "",
            "Every command with its arguments and options, as the program itself knows them (`nndet manual --reference` prints this page).",
            "What the commands read, write and mean is told in [commands](commands.md).", "",
            "Options may be written with hyphens or underscores. `nndet_prep` is `nndet prep`, and so on.",
        ]
        for command in program.ownCommands { add(command, to: &lines) }
        return lines.joined(separator: "\n") + "\n"
    }

    private func add(_ command: CommandDescription, to lines: inout [String]) {
        lines += ["", "## \(command.fullName)", "", command.abstract ?? "", "", "    \(command.usage)"]
        if let discussion = command.discussion, !discussion.isEmpty {
            lines +=
                [""]
                + discussion.split(separator: "\n", omittingEmptySubsequences: false).map { line in
                    // Examples are indented; two blanks are too few for Markdown.
                    line.hasPrefix("  ") ? "    " + line.drop { $0 == " " } : String(line)
                }
        }
        if !command.ownArguments.isEmpty, command.ownCommands.isEmpty {
            lines += ["", "| argument or option | meaning |", "|---|---|"]
            for argument in command.ownArguments { lines.append("| `\(Self.cell(argument.heading))` | \(Self.cell(argument.meaning)) |") }
        }
        for inner in command.ownCommands { add(inner, to: &lines) }
    }

    private static func cell(_ text: String) -> String { text.replacing("|", with: "\\|").replacing("\n", with: " ") }
}
