import Support

/// Replaces `${key}` by the value of another key and `${env:name}` (or `${oc.env:name}`) by what the environment says.
struct Interpolation {
    let root: Document
    /// Values by name for `${env:…}`.
    let environment: [String: String]

    /// The whole document, resolved.
    ///
    /// - Throws: `Problem` naming the key whose reference leads nowhere or back to itself.
    func resolved() throws -> Document {
        var left = Self.largestSize
        return try resolve(root, path: "", open: [], &left)
    }

    /// Values and characters of all references together: each may repeat what others repeat.
    private static let largestSize = 1 << 20
    /// References within references.
    private static let largestDepth = 32

    private func resolve(_ document: Document, path: String, open: [String], _ left: inout Int) throws -> Document {
        try Self.take(1, path, &left)
        switch document {
        case .map(let map):
            var result: [String: Document] = [:]
            for (key, value) in map { result[key] = try resolve(value, path: path.isEmpty ? key : "\(path).\(key)", open: open, &left) }
            return .map(result)
        case .list(let list): return .list(try list.map { try resolve($0, path: path, open: open, &left) })
        case .text(let text): return try resolve(text, path: path, open: open, &left)
        default: return document
        }
    }

    private static func take(_ size: Int, _ path: String, _ left: inout Int) throws {
        left -= size
        guard left >= 0 else {
            throw Problem(path, "refers to more than \(largestSize) values or characters", remedy: "use fewer references ${…}")
        }
    }

    private func resolve(_ text: String, path: String, open: [String], _ left: inout Int) throws -> Document {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else { throw Problem(path, "'\(text)' lacks a closing brace") }
            let value = try value(of: String(rest[start.upperBound..<end]), path: path, open: open, &left)
            let after = rest.index(after: end)
            if start.lowerBound == text.startIndex, after == text.endIndex { return value }
            result += rest[..<start.lowerBound]
            switch value {
            case .text(let inner): result += inner
            case .null: break
            case .map, .list: throw Problem(path, "'\(text)' puts \(value.kind) into a text")
            default: result += value.flow
            }
            try Self.take(result.utf8.count, path, &left)
            rest = rest[after...]
        }
        return result.isEmpty && rest.count == text.count ? .text(text) : .text(result + rest)
    }

    private func value(of reference: String, path: String, open: [String], _ left: inout Int) throws -> Document {
        for prefix in ["env:", "oc.env:"] where reference.hasPrefix(prefix) {
            let name = String(reference.dropFirst(prefix.count))
            guard let value = environment[name] else {
                throw Problem(path, "refers to the environment variable \(name), which is not one of nnDetection's")
            }
            return Document(plain: value)
        }
        guard open.count < Self.largestDepth else {
            throw Problem(
                path, "refers to other keys through more than \(Self.largestDepth) references", remedy: "use fewer references ${…}")
        }
        guard !open.contains(reference) else { throw Problem(path, "refers to itself through ${\(reference)}") }
        guard let target = root.value(at: reference.split(separator: ".").map(String.init)) else {
            throw Problem(path, "refers to ${\(reference)}, which does not exist")
        }
        return try resolve(target, path: path, open: open + [reference], &left)
    }
}
