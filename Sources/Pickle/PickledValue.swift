import Foundation
import Support

/// What a pickle says: plain data, whatever Python objects it was made from.
///
/// Values are looked at one level at a time, with `content()`; they share what the pickle shares.
public struct PickledValue: Sendable {
    /// One level of a value.
    public enum Content: Sendable {
        case none
        case bool(Bool)
        case integer(Int)
        case number(Double)
        /// Text, also of paths.
        case text(String)
        case bytes(Data)
        case list([PickledValue])
        /// A tuple; of a slice its start, stop and step.
        case tuple([PickledValue])
        case set([PickledValue])
        /// A dictionary of any kind, its keys in the order in which they were set; of keys set twice the last counts.
        case dictionary([(key: PickledValue, value: PickledValue)])
        /// An array of numbers.
        case array(NPYArray)
        /// An array of texts or of any values, in C order.
        case values([PickledValue], shape: [Int])
        case tensor(PickledTensor)
        /// A function or class by its full name; nothing of that name is looked for or run.
        case name(String)
    }

    let store: PickleStore
    let item: PickleItem
}

/// A tensor of a torch file.
public struct PickledTensor: Sendable, Equatable {
    /// Element type as safetensors names it (F32, F64, BF16, F16, I64, I32, I16, I8, U8, BOOL).
    public let dtype: String
    public let shape: [Int]
    /// The elements, little-endian, `shape` in C order.
    public let bytes: Data
}

extension PickledValue {
    /// What kind of value this is, for messages.
    public var kind: String {
        switch item {
        case .none: "None"
        case .bool: "true/false"
        case .integer: "an integer"
        case .number: "a number"
        case .text: "text"
        case .bytes: "bytes"
        case .tuple: "a tuple"
        case .name(let number): "the name \(store.names[number])"
        case .node(let number):
            switch store.nodes[number].kind {
            case .list: "a list"
            case .set: "a set"
            case .dictionary: "a dictionary"
            case .elementType: "an element type"
            case .array: "an array"
            case .storage: "a storage"
            case .tensor: "a tensor"
            }
        }
    }

    /// The value of the text `key`, where this is a dictionary that has it.
    public subscript(key: String) -> PickledValue? {
        guard case .node(let number) = item, store.nodes[number].kind == .dictionary else { return nil }
        let items = store.nodes[number].items
        for position in stride(from: items.count - 2, through: 0, by: -2) {
            if case .text(key) = items[position] { return PickledValue(store: store, item: items[position + 1]) }
        }
        return nil
    }
}
