import Foundation
import Support

extension PickleMachine {
    /// What a call of a listed constructor gives; nothing else is called.
    mutating func call(_ function: PickleItem, _ arguments: PickleItem) throws -> PickleItem {
        guard case .name(let number) = function else { throw problem("calls what is no function") }
        let name = name(number)
        guard let constructor = PickleNames.constructor(name) else {
            throw problem(
                "calls '\(name)', which makes no plain data",
                remedy: "nothing of it was run; do not open files in Python that you do not trust")
        }
        // Looking at arguments must not take longer than writing them: the same tuple can be handed over again and again.
        guard case .tuple = arguments, let count = heap.elementCount(arguments), count <= 64, let arguments = elements(arguments) else {
            throw problem("calls '\(name)' with arguments that are no tuple, or too many")
        }
        guard let result = try make(constructor, arguments) else { throw problem("calls '\(name)' with arguments that do not fit it") }
        return result
    }

    /// nil where the arguments do not fit.
    private mutating func make(_ constructor: PickleNames.Constructor, _ arguments: [PickleItem]) throws -> PickleItem? {
        switch constructor {
        case .dictionary: return try makeDictionary(arguments)
        case .list: return try makeNode(.list, sequence(arguments) ?? [])
        case .set: return try makeNode(.set, sequence(arguments) ?? [])
        case .tuple: return try sequence(arguments).map { try makeTuple($0) }
        case .slice: return arguments.count == 3 ? try makeTuple(arguments) : nil
        case .integer, .number, .bool: return scalar(constructor, arguments)
        case .text:
            if arguments.isEmpty { return .text("") }
            guard case .text? = arguments.first else { return nil }
            return arguments[0]
        case .bytes: return try makeBytes(arguments)
        case .encodedText:
            guard arguments.count == 2 else { return nil }
            return try encoded(arguments[0], arguments[1])
        case .path: return try makePath(arguments)
        case .elementType:
            guard case .text? = arguments.first else { return nil }
            return try makeNode(.elementType, [arguments[0], .text("=")])
        case .array: return try makeNode(.array)
        case .arrayScalar:
            guard arguments.count == 2, case .node(let number) = arguments[0] else { return nil }
            return try arrayScalar(NumPyType(of: node(number), problem), arguments[1])
        case .arrayFromBuffer:
            // Data, element type, shape, order.
            guard arguments.count == 4, case .text(let order) = arguments[3] else { return nil }
            return try makeNode(.array, [arguments[2], arguments[1], .bool(order == "F"), arguments[0]])
        case .tensor: return arguments.count >= 4 ? try makeNode(.tensor, Array(arguments.prefix(4))) : nil
        case .parameter: return arguments.first
        }
    }

    /// The elements that a container is made of; nil where the argument is none.
    private func sequence(_ arguments: [PickleItem]) -> [PickleItem]? {
        guard let first = arguments.first else { return [] }
        if case .node(let number) = first, node(number).kind == .set { return node(number).items }
        return elements(first)
    }

    /// Of nothing, of a factory (defaultdict), of pairs, or of another dictionary.
    private mutating func makeDictionary(_ arguments: [PickleItem]) throws -> PickleItem? {
        switch arguments.first {
        case nil, .name?, Optional.some(.none): return try makeNode(.dictionary)
        case .node(let number)? where node(number).kind == .dictionary: return try makeNode(.dictionary, node(number).items)
        case .some(let first):
            guard let pairs = elements(first) else { return nil }
            var items: [PickleItem] = []
            for pair in pairs {
                guard let pair = elements(pair), pair.count == 2 else { return nil }
                items += pair
            }
            return try makeNode(.dictionary, items)
        }
    }

    private func scalar(_ constructor: PickleNames.Constructor, _ arguments: [PickleItem]) -> PickleItem? {
        switch (constructor, arguments.first) {
        case (.integer, nil): .integer(0)
        case (.number, nil): .number(0)
        case (.bool, nil): .bool(false)
        case (.integer, .integer(let value)?): .integer(value)
        case (.number, .number(let value)?): .number(value)
        case (.number, .integer(let value)?): .number(Double(value))
        case (.bool, .bool(let value)?): .bool(value)
        case (.bool, .integer(let value)?): .bool(value != 0)
        default: nil
        }
    }

    private mutating func makeBytes(_ arguments: [PickleItem]) throws -> PickleItem? {
        switch arguments.first {
        case nil: return .bytes(Data())
        case .bytes(let data)?: return .bytes(data)
        case .text?: return arguments.count == 2 ? try encoded(arguments[0], arguments[1]) : nil
        default: return nil
        }
    }

    /// The bytes that text of the characters 0 to 255 stands for.
    private mutating func encoded(_ text: PickleItem, _ encoding: PickleItem) throws -> PickleItem? {
        guard case .text(let text) = text, case .text(let encoding) = encoding,
            ["latin1", "latin-1", "latin_1"].contains(encoding)
        else { return nil }
        try take(text.unicodeScalars.count)
        var data = Data(capacity: text.unicodeScalars.count)
        for scalar in text.unicodeScalars {
            guard let byte = UInt8(exactly: scalar.value) else { return nil }
            data.append(byte)
        }
        return .bytes(data)
    }

    private mutating func makePath(_ arguments: [PickleItem]) throws -> PickleItem? {
        var path = ""
        for argument in arguments {
            guard case .text(let part) = argument else { return nil }
            try take(part.utf8.count)
            // A root stands as a part of its own.
            path += path.isEmpty || path.hasSuffix("/") ? part : "/" + part
        }
        return try makeText(Data((path.isEmpty ? "." : path).utf8))
    }

    /// BUILD: sets what an object holds beside what it was made of.
    mutating func setState(of object: PickleItem, to state: PickleItem) throws {
        guard case .node(let number) = object else { throw problem("sets the state of a value that has none") }
        switch node(number).kind {
        case .dictionary: break  // Attributes of a dictionary are none of its entries.
        case .elementType:
            guard (3...16).contains(heap.elementCount(state) ?? 0), let state = elements(state), let descr = node(number).items.first else {
                throw problem("has an element type that cannot be read")
            }
            let fields = state.dropFirst(2).prefix(3)
            for field in fields {
                guard case .none = field else { throw problem("has an element type of several fields, which is not read") }
            }
            try setItems([descr, state[state.startIndex + 1]], of: number)
        case .array:
            // Version, shape, element type, Fortran order, data.
            guard heap.elementCount(state) == 5, let state = elements(state) else { throw problem("has an array that cannot be read") }
            try setItems(Array(state.dropFirst()), of: number)
        case .list, .set, .storage, .tensor: throw problem("sets the state of a value that has none")
        }
    }
}
