/// The manual page of one command, in the macros of man(7).
struct ManualPage {
    let command: CommandDescription
    let version: String

    /// `nndet-prep.1`.
    var fileName: String { command.fullName.replacing(" ", with: "-") + ".1" }

    var text: String {
        let name = command.fullName.replacing(" ", with: "-")
        var lines = [
            ".TH \(Self.quoted(name.uppercased())) 1 \"\" \(Self.quoted("nndetection \(version)")) \"nnDetection\"",
            // Lines of words that cannot be broken are not stretched.
            ".ad l",
            ".SH NAME", Self.escaped("\(name) - \(command.abstract ?? "")"),
            ".SH SYNOPSIS", ".B " + Self.escaped(command.usage),
        ]
        if let discussion = command.discussion, !discussion.isEmpty { lines += [".SH DESCRIPTION"] + Self.paragraphs(discussion) }
        if !command.ownCommands.isEmpty {
            lines.append(".SH COMMANDS")
            for inner in command.ownCommands { lines += Self.item(inner.commandName, inner.abstract ?? "") }
        }
        if !command.ownArguments.isEmpty {
            lines.append(".SH OPTIONS")
            for argument in command.ownArguments { lines += Self.item(argument.heading, argument.meaning) }
        }
        lines += [
            ".SH EXIT STATUS",
            "0: done. 1: something is wrong; one line says what and what to do. 2: wrong arguments. 130: stopped, to be gone on with.",
        ]
        if let parent = command.superCommands, !parent.isEmpty {
            lines += [".SH SEE ALSO", ".BR \(Self.escaped(parent.joined(separator: "-"))) (1)"]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The pages of a command and of all below it.
    static func pages(of command: CommandDescription, version: String) -> [ManualPage] {
        [ManualPage(command: command, version: version)] + command.ownCommands.flatMap { pages(of: $0, version: version) }
    }

    private static func item(_ name: String, _ meaning: String) -> [String] { [".TP", ".B " + escaped(name), escaped(meaning)] }

    /// Indented lines stay as they are; others are filled.
    private static func paragraphs(_ text: String) -> [String] {
        var isLiteral = false
        var lines: [String] = []
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            let wantsLiteral = line.hasPrefix("  ") || (line.isEmpty && isLiteral)
            if wantsLiteral != isLiteral {
                lines.append(wantsLiteral ? ".nf" : ".fi")
                isLiteral = wantsLiteral
            }
            lines.append(line.isEmpty ? (isLiteral ? "" : ".PP") : escaped(line))
        }
        return lines + (isLiteral ? [".fi"] : [])
    }

    /// Without what troff takes for macros and escapes.
    private static func escaped(_ text: String) -> String {
        let safe = text.replacing("\\", with: "\\e").replacing("-", with: "\\-").replacing("\n", with: " ")
        return safe.hasPrefix(".") || safe.hasPrefix("'") ? "\\&" + safe : safe
    }

    private static func quoted(_ text: String) -> String { "\"\(escaped(text))\"" }
}
