import Support

/// Replaces `${key}` by the value of another key and `${env:name}` (or `${oc.env:name}`) by what the environment says.
struct Interpolation {
    let root: Document
    /// Values by name for `${env:…}`.
    let environment: [String: String]

    /// The whole document, resolved.
    ///
    /// - Throws: `Problem` naming the key whose reference leads nowhere or back to itself.
    func resolved() throws -> Document { try resolve(root, path: "", open: []) }

    private func resolve(_ document: Document, path: String, open: [String]) throws -> Document {
        switch document {
        case .map(let map):
            var result: [String: Document] = [:]
            for (key, value) in map { result[key] = try resolve(value, path: path.isEmpty ? key : "\(path).\(key)", open: open) }
            return .map(result)
        case .list(let list): return .list(try list.map { try resolve($0, path: path, open: open) })
        case .text(let text): return try resolve(text, path: path, open: open)
        default: return document
        }
    }

    private func resolve(_ text: String, path: String, open: [String]) throws -> Document {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else { throw Problem(path, "'\(text)' lacks a closing brace") }
            let value = try value(of: String(rest[start.upperBound..<end]), path: path, open: open)
            let after = rest.index(after: end)
            if start.lowerBound == text.startIndex, after == text.endIndex { return value }
            result += rest[..<start.lowerBound]
            switch value {
            case .text(let inner): result += inner
            case .null: break
            case .map, .list: throw Problem(path, "'\(text)' puts \(value.kind) into a text")
            default: result += value.flow
            }
            rest = rest[after...]
        }
        return result.isEmpty && rest.count == text.count ? .text(text) : .text(result + rest)
    }

    private func value(of reference: String, path: String, open: [String]) throws -> Document {
        for prefix in ["env:", "oc.env:"] where reference.hasPrefix(prefix) {
            let name = String(reference.dropFirst(prefix.count))
            guard let value = environment[name] else {
                throw Problem(path, "refers to the environment variable \(name), which is not one of nnDetection's")
            }
            return Document(plain: value)
        }
        guard !open.contains(reference) else { throw Problem(path, "refers to itself through ${\(reference)}") }
        guard let target = root.value(at: reference.split(separator: ".").map(String.init)) else {
            throw Problem(path, "refers to ${\(reference)}, which does not exist")
        }
        return try resolve(target, path: path, open: open + [reference])
    }
}
