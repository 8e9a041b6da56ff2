extension Document {
    /// The value as YAML: maps in blocks with sorted keys, lists on one line.
    ///
    /// - Parameter comment: what stands behind the value at a path, with its `#`.
    public func yaml(comment: (_ path: [String]) -> String? = { _ in nil }) -> String {
        guard case .map(let map) = self, !map.isEmpty else { return flow + "\n" }
        var text = ""
        write(map, path: [], comment, into: &text)
        return text
    }

    /// Where comments begin, unless the value is longer.
    private static let commentColumn = 56

    private func write(_ map: [String: Document], path: [String], _ comment: ([String]) -> String?, into text: inout String) {
        for key in map.keys.sorted() {
            guard let value = map[key] else { continue }
            let start = "\(String(repeating: "  ", count: path.count))\(Self.quoted(key)):"
            if case .map(let inner) = value, !inner.isEmpty {
                text += "\(start)\n"
                write(inner, path: path + [key], comment, into: &text)
            } else {
                let line = "\(start) \(value.flow)"
                guard let comment = comment(path + [key]) else {
                    text += "\(line)\n"
                    continue
                }
                text += "\(line)\(String(repeating: " ", count: max(2, Self.commentColumn - line.count)))\(comment)\n"
            }
        }
    }

    /// The value on one line.
    public var flow: String {
        switch self {
        case .null: return "null"
        case .bool(let value): return value ? "true" : "false"
        case .integer(let value): return "\(value)"
        case .number(let value):
            if value.isNaN { return ".nan" }
            if value.isInfinite { return value < 0 ? "-.inf" : ".inf" }
            let text = "\(value)"
            // YAML 1.1 takes 1e-06 for text.
            guard let exponent = text.firstIndex(of: "e"), !text[..<exponent].contains(".") else { return text }
            return "\(text[..<exponent]).0\(text[exponent...])"
        case .text(let text): return Self.quoted(text)
        case .list(let list): return "[\(list.map(\.nested).joined(separator: ", "))]"
        case .map(let map):
            return "{\(map.sorted { $0.key < $1.key }.map { "\(Self.quoted($0.key)): \($0.value.nested)" }.joined(separator: ", "))}"
        }
    }

    /// The value on one line inside a list or map, where braces need quotes.
    private var nested: String {
        guard case .text(let text) = self, text.contains("{") else { return flow }
        return Self.escaped(text)
    }

    /// Plain where it reads back as the same text, else in double quotes.
    private static func quoted(_ text: String) -> String {
        let special: Set<Character> = [
            ":", "#", "{", "}", "[", "]", ",", "&", "*", "!", "|", ">", "'", "\"", "%", "@", "`", "\\", "\n", "\t",
        ]
        // `${…}` is our own and stays readable.
        let isReference =
            text.contains("${") && !text.contains("\"") && !text.contains("\\") && !text.contains("\n") && !text.contains(": ")
        if isReference, text.first == "$" { return text }
        let isPlain =
            Document(plain: text) == .text(text) && !text.contains { special.contains($0) } && text.first != " " && text.last != " "
            && text.first != "-" && text.first != "?" && !["yes", "no", "on", "off", "y", "n"].contains(text.lowercased())
            && !text.isEmpty && !(text.first?.isNumber ?? false)
        if isPlain { return text }
        return escaped(text)
    }

    private static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\"": escaped += "\\\""
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\t": escaped += "\\t"
            default: escaped.append(character)
            }
        }
        return "\"\(escaped)\""
    }
}
