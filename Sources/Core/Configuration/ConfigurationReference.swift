import Foundation
import Support

/// The keys of the configuration with defaults and meanings, as the shipped files give them.
///
/// The meaning of a key is the comment behind its value; lines of comment below, at the same column or further right, go on with it.
public struct ConfigurationReference {
    public struct Entry: Sendable, Equatable {
        /// With dots, e.g. `trainer_cfg.initial_lr`.
        public let key: String
        /// The value as YAML.
        public let value: String
        /// Empty where the file says nothing.
        public let meaning: String
    }

    /// In the order of the files.
    public let entries: [Entry]

    /// Of the files that a command starts from when nothing is chosen.
    ///
    /// - Throws: `Problem` where a shipped file cannot be parsed.
    public init() throws {
        entries = try ["config.yaml", "train/v001.yaml", "prep/process.yaml", "train/augmentation/base_more.yaml"].flatMap { name in
            try Self.entries(String(decoding: ConfigurationFiles.shipped[name] ?? [], as: UTF8.self), named: name)
        }
    }

    /// The entries of one file.
    static func entries(_ text: String, named name: String) throws -> [Entry] {
        let document = try Document(yaml: text, named: name)
        var open: [(indent: Int, key: String)] = []
        var found: [(path: [String], comment: String, column: Int)] = []
        for line in text.split(separator: "\n").map(String.init) {
            let indent = line.prefix { $0 == " " }.count
            let (content, comment) = Self.parts(line)
            guard let colon = content.firstIndex(of: ":") else {
                // A line of comment goes on with what stands to the right of a value; others are headings.
                if let last = found.indices.last, let comment, !found[last].comment.isEmpty, indent >= found[last].column {
                    found[last].comment += " " + comment
                }
                continue
            }
            while let last = open.last, last.indent >= indent { open.removeLast() }
            let key = content[..<colon].trimmingCharacters(in: .whitespaces)
            open.append((indent, key))
            found.append((open.map(\.key), comment ?? "", line.count - (comment.map { $0.count + 2 } ?? 0)))
        }
        return found.flatMap { path, comment, _ -> [Entry] in
            guard path != ["defaults"], let value = document.value(at: path) else { return [] }
            guard case .map(let map) = value, !map.isEmpty else {
                return [Entry(key: path.joined(separator: "."), value: value.flow, meaning: comment)]
            }
            // A map in one line stands for its keys; one in several lines has lines of its own for them.
            let isInOneLine = !found.contains { $0.path.count > path.count && $0.path.starts(with: path) }
            guard isInOneLine else { return [] }
            return map.sorted { $0.key < $1.key }.map {
                Entry(key: (path + [$0.key]).joined(separator: "."), value: $0.value.flow, meaning: comment)
            }
        }
    }

    /// A line's content and its comment, without the `#`.
    private static func parts(_ line: String) -> (content: String, comment: String?) {
        var quote: Character?
        var previous: Character = " "
        for index in line.indices {
            let character = line[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "\"" || character == "'" {
                quote = character
            } else if character == "#", previous == " " {
                return (String(line[..<index]), line[line.index(after: index)...].trimmingCharacters(in: .whitespaces))
            }
            previous = character
        }
        return (line, nil)
    }

    /// A table per part of the configuration.
    public var markdown: String {
        var lines = [
            "# Configuration keys", "",
            "Every key with its default and meaning, as `nndet config --reference` prints them from the files that come with the program.",
            "How they are changed is told in [configuration](configuration.md).",
        ]
        var part: String?
        for entry in entries {
            let first = String(entry.key.prefix { $0 != "." })
            if first != part {
                part = first
                lines += ["", "## \(first)", "", "| key | default | meaning |", "|---|---|---|"]
            }
            func cell(_ text: String) -> String { text.replacing("|", with: "\\|") }
            lines.append("| `\(cell(entry.key))` | `\(cell(entry.value))` | \(cell(entry.meaning)) |")
        }
        return lines.joined(separator: "\n") + "\n"
    }
}
