import Foundation
import Support

extension PickleMachine {
    /// Does what one opcode asks for.
    mutating func step(_ code: UInt8) throws {
        switch code {
        case 0x80:
            let version = try bytes.byte()
            guard version <= 5 else { throw problem("is of protocol \(version), 0 to 5 are read") }
        case 0x95: _ = try bytes.take(8)
        case UInt8(ascii: "("): try mark()
        case UInt8(ascii: "0"): try drop()
        case UInt8(ascii: "1"): _ = try popMark()
        case UInt8(ascii: "2"): try push(top())
        case UInt8(ascii: "N"): try push(.none)
        case 0x88: try push(.bool(true))
        case 0x89: try push(.bool(false))
        case UInt8(ascii: "I"), UInt8(ascii: "L"), UInt8(ascii: "J"), UInt8(ascii: "K"), UInt8(ascii: "M"), 0x8A, 0x8B,
            UInt8(ascii: "F"), UInt8(ascii: "G"):
            try push(number(code))
        case UInt8(ascii: "S"), UInt8(ascii: "T"), UInt8(ascii: "U"), UInt8(ascii: "V"), UInt8(ascii: "X"), 0x8C, 0x8D,
            UInt8(ascii: "B"), UInt8(ascii: "C"), 0x8E, 0x96:
            try push(string(code))
        case UInt8(ascii: "]"), UInt8(ascii: "l"), UInt8(ascii: "a"), UInt8(ascii: "e"), UInt8(ascii: "}"), UInt8(ascii: "d"),
            UInt8(ascii: "s"), UInt8(ascii: "u"), 0x8F, 0x90, 0x91:
            try container(code)
        case UInt8(ascii: ")"): try push(makeTuple([]))
        case UInt8(ascii: "t"): try push(makeTuple(popMark()))
        case 0x85, 0x86, 0x87:
            let items = try (0x85...code).map { _ in try pop() }
            try push(makeTuple(items.reversed()))
        case UInt8(ascii: "g"): try recall(lineNumber())
        case UInt8(ascii: "h"): try recall(Int(bytes.byte()))
        case UInt8(ascii: "j"): try recall(bytes.length(4))
        case UInt8(ascii: "p"): try note(lineNumber())
        case UInt8(ascii: "q"): try note(Int(bytes.byte()))
        case UInt8(ascii: "r"): try note(bytes.length(4))
        case 0x94: try note(nil)
        case UInt8(ascii: "c"): try push(lineName())
        case 0x93:
            let (name, module) = (try pop(), try pop())
            guard case .text(let module) = module, case .text(let name) = name else { throw problem("has a name that is no text") }
            try push(makeName(module, name))
        case UInt8(ascii: "R"):
            let (arguments, function) = (try pop(), try pop())
            try push(call(function, arguments))
        case 0x81:
            let (arguments, type) = (try pop(), try pop())
            try push(call(type, arguments))
        case UInt8(ascii: "i"):
            let type = try lineName()
            try push(call(type, makeTuple(popMark())))
        case UInt8(ascii: "o"):
            let items = try popMark()
            guard let type = items.first else { throw problem("makes an object of no class") }
            try push(call(type, makeTuple(Array(items.dropFirst()))))
        case UInt8(ascii: "b"):
            let state = try pop()
            try setState(of: top(), to: state)
        case UInt8(ascii: "Q"): try push(persistent(pop()))
        default: throw problem("holds \(Self.refused[code] ?? "0x\(String(code, radix: 16)), which is no opcode of a pickle")")
        }
    }

    /// Opcodes that are known and never followed.
    private static let refused: [UInt8: String] = [
        UInt8(ascii: "P"): "a reference by text (PERSID), which is not read", 0x82: "an object of the extension registry (EXT1)",
        0x83: "an object of the extension registry (EXT2)", 0x84: "an object of the extension registry (EXT4)",
        0x92: "a call with named arguments (NEWOBJ_EX)", 0x97: "a buffer that lies elsewhere (NEXT_BUFFER)",
        0x98: "a buffer that lies elsewhere (READONLY_BUFFER)",
    ]

    private mutating func container(_ code: UInt8) throws {
        switch code {
        case UInt8(ascii: "]"): try push(makeNode(.list))
        case UInt8(ascii: "l"): try push(makeNode(.list, popMark()))
        case UInt8(ascii: "a"):
            let item = try pop()
            try extend(top(), .list, with: [item])
        case UInt8(ascii: "e"):
            let items = try popMark()
            try extend(top(), .list, with: items)
        case UInt8(ascii: "}"): try push(makeNode(.dictionary))
        case UInt8(ascii: "d"): try push(makeNode(.dictionary, paired(popMark())))
        case UInt8(ascii: "s"):
            let (value, key) = (try pop(), try pop())
            try extend(top(), .dictionary, with: [key, value])
        case UInt8(ascii: "u"):
            let items = try paired(popMark())
            try extend(top(), .dictionary, with: items)
        case 0x8F: try push(makeNode(.set))
        case 0x90:
            let items = try popMark()
            try extend(top(), .set, with: items)
        default: try push(makeNode(.set, popMark()))
        }
    }

    private func paired(_ items: [PickleItem]) throws -> [PickleItem] {
        guard items.count % 2 == 0 else { throw problem("has a key without a value") }
        return items
    }

    private mutating func persistent(_ reference: PickleItem) throws -> PickleItem {
        guard isTorch else { throw problem("refers to data outside of the pickle (BINPERSID)", remedy: "only torch's files do so") }
        return try makeNode(.storage, TorchStorages.items(reference, heap, problem))
    }

    // MARK: Arguments on lines

    private mutating func lineText() throws -> String {
        let line = try bytes.line()
        guard line.count <= 400, let text = String(validating: line, as: UTF8.self) else {
            throw problem("has a line that is too long or no text")
        }
        return text
    }

    private mutating func lineNumber() throws -> Int {
        let text = try lineText()
        guard let number = Int(text), number >= 0 else { throw problem("refers to an item by '\(text.prefix(40))'") }
        return number
    }

    private mutating func lineName() throws -> PickleItem {
        let module = try lineText()
        return try makeName(module, lineText())
    }
}
