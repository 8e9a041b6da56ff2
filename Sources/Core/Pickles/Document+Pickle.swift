import Pickle
import Support

extension Document {
    /// The data of a pickle as a document: arrays and tuples become lists, whole numbers as keys their digits, functions their names.
    ///
    /// - Parameters:
    ///   - value: what the pickle holds.
    ///   - name: of the file, for problems.
    ///   - path: where the value stands, for problems.
    /// - Throws: `Problem` naming the key of what has no such form (bytes, tensors, other keys).
    public init(_ value: PickledValue, named name: String, at path: String = "") throws {
        func inner(_ value: PickledValue, _ key: String) throws -> Document {
            try Document(value, named: name, at: path.isEmpty ? key : "\(path).\(key)")
        }
        func list(_ values: [PickledValue]) throws -> [Document] { try values.enumerated().map { try inner($0.element, "\($0.offset)") } }
        switch try value.content() {
        case .none: self = .null
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .number(value)
        case .text(let text), .name(let text): self = .text(text)
        case .list(let values), .tuple(let values), .set(let values): self = .list(try list(values))
        case .values(let values, let shape): self = .nested(try list(values), shape[...])
        case .array(let array): self = .init(array)
        case .dictionary(let entries):
            var map: [String: Document] = [:]
            for (key, value) in entries {
                let text: String
                switch try key.content() {
                case .text(let key): text = key
                case .integer(let key): text = String(key)
                default: throw Problem(name, "has \(key.kind) for a key\(path.isEmpty ? "" : " in '\(path)'")")
                }
                map[text] = try inner(value, text)
            }
            self = .map(map)
        case .bytes, .tensor: throw Problem(name, "'\(path)' is \(value.kind), which cannot be used here")
        }
    }

    /// Lists of lists of the shape of an array.
    private init(_ array: NPYArray) {
        let values: [Document] =
            switch array.scalar {
            case .bool: array.integers().map { .bool($0 != 0) }
            case .float32, .float64: array.doubles().map { .number($0) }
            default: array.integers().map { .integer($0) }
            }
        self = .nested(values, array.shape[...])
    }

    private static func nested(_ values: [Document], _ shape: ArraySlice<Int>) -> Document {
        guard let first = shape.first else { return values.first ?? .null }
        guard shape.count > 1 else { return .list(values) }
        let part = values.count / max(1, first)
        return .list((0..<first).map { nested(Array(values[$0 * part..<($0 + 1) * part]), shape.dropFirst()) })
    }
}
