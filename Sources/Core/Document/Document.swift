import Foundation
import Support
import Yams

/// A parsed YAML or JSON text, before anything is known of its meaning.
public indirect enum Document: Sendable, Equatable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case text(String)
    case list([Document])
    case map([String: Document])

    /// Reads a YAML or JSON file, told apart by its ending.
    ///
    /// - Throws: `Problem` naming the file, and the line where it cannot be parsed.
    public static func read(_ url: URL) throws -> Document {
        let data = try Data.file(url)
        // What is parsed takes many times the memory of its text.
        guard data.count <= 64 << 20 else {
            throw Problem(
                url, "has \(data.count >> 20) MB, descriptions of up to 64 MB are read", remedy: "check that this is the right file")
        }
        if url.pathExtension.lowercased() == "json" { return try JSONFile.decode(Document.self, from: data, named: url.path) }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw Problem(url, "is not UTF-8 text", remedy: "save it in UTF-8")
        }
        return try Document(yaml: text, named: url.path)
    }

    /// Parses `yaml`; problems name `name`.
    public init(yaml: String, named name: String) throws {
        do {
            guard let node = try Yams.compose(yaml: yaml) else {
                self = .null
                return
            }
            var left = Self.largestCount
            self = try Document(node, left: &left, named: name)
        } catch let error as YamlError {
            let text = "\(error)".split(separator: "\n").first.map(String.init) ?? "not valid YAML"
            throw Problem(name, "not valid YAML: \(text)")
        }
    }

    /// Values in a YAML text: what an alias repeats is counted each time.
    private static let largestCount = 1_000_000

    private init(_ node: Node, left: inout Int, named name: String) throws {
        left -= 1
        guard left >= 0 else {
            throw Problem(name, "has more than \(Self.largestCount) values", remedy: "check its aliases (*name)")
        }
        switch node {
        case .mapping(let mapping):
            var map: [String: Document] = [:]
            for (key, value) in mapping { map[key.scalar?.string ?? "?"] = try Document(value, left: &left, named: name) }
            self = .map(map)
        case .sequence(let sequence): self = .list(try sequence.map { try Document($0, left: &left, named: name) })
        case .scalar(let scalar):
            guard scalar.style == .plain || scalar.style == .any else {
                self = .text(scalar.string)
                return
            }
            self = Document(plain: scalar.string)
        case .alias: self = .null
        }
    }

    /// The meaning of an unquoted scalar: null, true/false, integer, number or text (`1e-6` is a number, unlike in YAML 1.1).
    public init(plain text: String) {
        switch text {
        case "", "~", "null", "Null", "NULL", "None": self = .null
        case "true", "True", "TRUE": self = .bool(true)
        case "false", "False", "FALSE": self = .bool(false)
        case ".inf", ".Inf", "inf": self = .number(.infinity)
        case "-.inf", "-.Inf", "-inf": self = .number(-.infinity)
        case ".nan", ".NaN", "nan": self = .number(.nan)
        default:
            if let value = Int(text), text.count == 1 || !text.hasPrefix("0") {
                self = .integer(value)
            } else if let first = text.utf8.first(where: { $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: "+") }),
                (0x30...0x39).contains(first) || first == UInt8(ascii: "."),
                Int(text) == nil, !text.lowercased().hasPrefix("0x"), let value = Double(text)
            {
                self = .number(value)
            } else {
                self = .text(text)
            }
        }
    }
}

extension Document {
    /// The value of `key`, where this is a map that has it.
    public subscript(key: String) -> Document? {
        guard case .map(let map) = self else { return nil }
        return map[key]
    }

    public var isNull: Bool { self == .null }

    /// What kind of value this is, for messages.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "true/false"
        case .integer: "an integer"
        case .number: "a number"
        case .text: "text"
        case .list: "a list"
        case .map: "a map"
        }
    }
}

extension Document: Codable {
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .text(value)
        } else if let value = try? container.decode([Document].self) {
            self = .list(value)
        } else {
            self = .map(try container.decode([String: Document].self))
        }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .text(let value): try container.encode(value)
        case .list(let value): try container.encode(value)
        case .map(let value): try container.encode(value)
        }
    }
}
