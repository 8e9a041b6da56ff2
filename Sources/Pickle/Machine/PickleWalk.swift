import Support

/// Makes sure that a value can be walked through: nothing holds itself, nothing lies too deep, and what is shared is not shared so often that
/// nobody could look at all of it.
struct PickleWalk {
    private static let open = -1
    /// For how many values an element of an array counts.
    private static let elementCost = 8

    private let heap: PickleHeap
    private let bytes: PickleBytes
    /// Of each tuple, then of each node: 0 before it is looked at, `open` meanwhile, then the elements in it, counted as often as they are met.
    private var known: [Int]
    private let limit: Int

    /// - Parameter size: bytes of the file, of which the elements may be a few times as many.
    static func check(_ root: PickleItem, _ heap: PickleHeap, _ bytes: PickleBytes, size: Int) throws {
        var walk = PickleWalk(heap: heap, bytes: bytes, size: size)
        _ = try walk.elements(root, depth: 0)
    }

    private init(heap: PickleHeap, bytes: PickleBytes, size: Int) {
        self.heap = heap
        self.bytes = bytes
        known = Array(repeating: 0, count: heap.tupleCount + heap.nodes.count)
        limit = 16_384 + 10 * size
    }

    private mutating func elements(_ item: PickleItem, depth: Int) throws -> Int {
        guard depth < Pickle.maximalDepth else { throw bytes.problem("is nested deeper than \(Pickle.maximalDepth) levels") }
        switch item {
        case .tuple(let number): return try elements(of: item, number, depth)
        case .node(let number): return try elements(of: item, heap.tupleCount + number, depth)
        case .bytes(let data): return 1 + data.count / 8
        case .text(let text): return 1 + text.utf8.count / 8
        default: return 1
        }
    }

    private mutating func elements(of container: PickleItem, _ place: Int, _ depth: Int) throws -> Int {
        guard known[place] != Self.open else {
            throw bytes.problem("holds a value that holds itself", remedy: "plain data does not; do not use the file")
        }
        guard known[place] == 0 else { return known[place] }
        known[place] = Self.open
        let (items, own) = inside(container)
        var count = own
        for item in items where count <= limit { count += try elements(item, depth: depth + 1) }
        guard count <= limit else {
            throw bytes.problem("says that it holds far more than it can", remedy: "no program writes such files; do not use it")
        }
        known[place] = count
        return count
    }

    /// What a tuple or node holds, and for how many elements it counts itself: an array or tensor for as many as its shape says.
    private func inside(_ container: PickleItem) -> (items: [PickleItem], own: Int) {
        guard case .node(let number) = container else { return (heap.elements(container) ?? [], 1) }
        let node = heap.nodes[number]
        let shape: PickleItem? =
            switch node.kind {
            case .array: node.items.first
            case .tensor: node.items[2]
            default: nil
            }
        // Other forms of an element take more memory than its bytes in the file.
        let own = (shape.flatMap(heap.elements) ?? []).reduce(shape == nil ? 1 : Self.elementCost) { product, item in
            guard case .integer(let size) = item else { return product }
            let (value, overflow) = product.multipliedReportingOverflow(by: max(size, 1))
            return overflow ? limit + 1 : min(limit + 1, value)
        }
        return (node.items, own)
    }
}
