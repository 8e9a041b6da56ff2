import Foundation
import Support

/// Brings what was typed into the form that the parser knows.
enum CommandLineWords {
    /// The words after the program's name: the command that a link `nndet_prep` stands for comes first, and options are spelt with hyphens.
    static func normalized(_ arguments: [String]) -> [String] {
        var words = Array(arguments.dropFirst())
        let program = URL(fileURLWithPath: arguments.first ?? "").lastPathComponent
        for prefix in ["nndet_", "nndet-"] where program.hasPrefix(prefix) {
            words.insert(String(program.dropFirst(prefix.count)), at: 0)
        }
        // Commands too may be written either way.
        if let command = words.first, !command.hasPrefix("-") { words[0] = command.replacing("_", with: "-") }
        return words.indices.map { hyphenated(words[$0], after: $0 > 0 ? words[$0 - 1] : "") }
    }

    /// `--full_check=x` → `--full-check=x`, and −1, the original's number of the consolidated folds, by its name, which no parser takes for an
    /// option; anything else as it is.
    private static func hyphenated(_ word: String, after option: String) -> String {
        let takesNumber =
            option.hasPrefix("-n") || option.hasPrefix("--num")
            || ["--seed", "--bootstrap", "--max-detections", "--max_detections"].contains(option)
        if word == "-1", !takesNumber { return "consolidated" }
        guard word.hasPrefix("--"), word.count > 2 else { return word }
        let name = word.prefix { $0 != "=" }
        return String(name.replacing("_", with: "-")) + word.dropFirst(name.count)
    }
}
