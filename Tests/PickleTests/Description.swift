import Foundation
import Pickle
import Support

extension PickledValue {
    /// The value written out, as `scripts/reference/pickle_reference.py` does it.
    func described() throws -> String {
        func list(_ values: [PickledValue]) throws -> String { try values.map { try $0.described() }.joined(separator: ", ") }
        func sizes(_ shape: [Int]) -> String { shape.map(String.init).joined(separator: "x") }
        func number(_ value: Double) -> String { "number \(Int64(bitPattern: value.bitPattern))" }
        func hex(_ bytes: some Sequence<UInt8>) -> String { bytes.map { String(format: "%02x", $0) }.joined() }
        switch try content() {
        case .none: return "none"
        case .bool(let value): return "bool \(value ? 1 : 0)"
        case .integer(let value): return "integer \(value)"
        case .number(let value): return number(value)
        case .text(let text): return "text \(hex(text.utf8))"
        case .bytes(let data): return "bytes \(hex(data))"
        case .list(let values): return "list [\(try list(values))]"
        case .tuple(let values): return "tuple [\(try list(values))]"
        case .set(let values): return "set [\(try values.map { try $0.described() }.sorted().joined(separator: ", "))]"
        case .dictionary(let entries):
            let parts = try entries.map { "\(try $0.key.described()): \(try $0.value.described())" }
            return "dictionary [\(parts.joined(separator: ", "))]"
        case .array(let array):
            return "array \(array.scalar.rawValue) \(sizes(array.shape)) [\(array.doubles().map(number).joined(separator: ", "))]"
        case .values(let values, let shape): return "values \(sizes(shape)) [\(try list(values))]"
        case .tensor(let tensor): return "tensor \(tensor.dtype) \(sizes(tensor.shape)) \(hex(tensor.bytes))"
        case .name(let name): return "name \(name)"
        }
    }
}

/// Files that Python has written (`scripts/reference/pickle_reference.py`).
enum Reference {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Reference")

    static func text(_ name: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8).trimmingCharacters(in: .newlines)
    }
}
