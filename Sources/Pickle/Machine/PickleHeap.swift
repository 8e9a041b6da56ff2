import Foundation

/// Everything that a pickle makes; items refer to it by number.
struct PickleHeap: Sendable {
    /// Elements of all tuples, one tuple after the other, and where the tuples begin.
    private(set) var pool = ChunkedArray<PickleItem>()
    private var tuples = ChunkedArray<Int>()
    var nodes = ChunkedArray<PickleNode>()
    /// Names of functions and classes.
    var names: [String] = []

    var tupleCount: Int { tuples.count }

    mutating func addTuple(_ items: some Collection<PickleItem>) -> PickleItem {
        tuples.append(pool.count)
        for item in items { pool.append(item) }
        return .tuple(tuples.count - 1)
    }

    mutating func addNode(_ kind: PickleNode.Kind, _ items: [PickleItem]) -> PickleItem {
        nodes.append(PickleNode(kind: kind, items: items))
        return .node(nodes.count - 1)
    }

    private func range(ofTuple number: Int) -> Range<Int> {
        tuples[number]..<(number + 1 < tuples.count ? tuples[number + 1] : pool.count)
    }

    /// Number of elements of a tuple or list; nil of anything else.
    func elementCount(_ item: PickleItem) -> Int? {
        switch item {
        case .tuple(let number): range(ofTuple: number).count
        case .node(let number) where nodes[number].kind == .list: nodes[number].items.count
        default: nil
        }
    }

    /// The elements of a tuple or list; nil of anything else. Takes as long as they are many.
    func elements(_ item: PickleItem) -> [PickleItem]? {
        switch item {
        case .tuple(let number): range(ofTuple: number).map { pool[$0] }
        case .node(let number) where nodes[number].kind == .list: nodes[number].items
        default: nil
        }
    }

    /// Bytes, also those that Python 2 wrote as text.
    func rawBytes(_ item: PickleItem) -> Data? {
        switch item {
        case .bytes(let data): data
        case .text(let text): Data(text.utf8)
        default: nil
        }
    }
}
