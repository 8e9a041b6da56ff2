import Foundation
import Support

/// What one pickle has made, complete.
final class PickleStore: Sendable {
    let heap: PickleHeap
    let storages: TorchStorages?
    private let name: String

    var nodes: ChunkedArray<PickleNode> { heap.nodes }
    var names: [String] { heap.names }

    init(_ heap: PickleHeap, named name: String, storages: TorchStorages? = nil) {
        self.heap = heap
        self.name = name
        self.storages = storages
    }

    func problem(_ text: String, remedy: String? = nil) -> Problem { Problem(name, text, remedy: remedy) }
}

extension PickledValue {
    /// One level of the value.
    ///
    /// - Throws: `Problem` naming the file where an array or tensor is damaged or of a type that is not read.
    public func content() throws -> Content {
        func values(_ items: [PickleItem]) -> [PickledValue] { items.map { PickledValue(store: store, item: $0) } }
        switch item {
        case .none: return .none
        case .bool(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .number(let value): return .number(value)
        case .text(let text): return .text(text)
        case .bytes(let data): return .bytes(data)
        case .name(let number): return .name(store.names[number])
        case .tuple: return .tuple(values(store.heap.elements(item) ?? []))
        case .node(let number):
            let node = store.nodes[number]
            switch node.kind {
            case .list: return .list(values(node.items))
            case .set: return .set(values(node.items))
            case .dictionary:
                let all = values(node.items)
                return .dictionary(stride(from: 0, to: all.count - 1, by: 2).map { (all[$0], all[$0 + 1]) })
            case .elementType:
                guard case .text(let code)? = node.items.first else { throw store.problem("has an element type that cannot be read") }
                return .text(code)
            case .array: return try store.array(node.items)
            case .tensor:
                guard let storages = store.storages else { throw store.problem("holds a tensor outside of a torch file") }
                return .tensor(try storages.tensor(node.items, in: store))
            case .storage: throw store.problem("holds a storage that belongs to no tensor")
            }
        }
    }
}
