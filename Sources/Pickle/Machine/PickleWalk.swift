import Support

/// Makes sure that a value can be walked through: nothing holds itself, nothing lies too deep, and what is shared is not shared so often that
/// nobody could look at all of it.
struct PickleWalk {
    private static let open = -1

    private let heap: PickleHeap
    private let bytes: PickleBytes
    /// Of each tuple and node: 0 before it is looked at, `open` meanwhile, then the elements in it, counted as often as they are met.
    private var tuples: [Int]
    private var nodes: [Int]
    private let limit: Int

    static func check(_ root: PickleItem, _ heap: PickleHeap, _ bytes: PickleBytes) throws {
        var walk = PickleWalk(heap: heap, bytes: bytes)
        _ = try walk.elements(root, depth: 0)
    }

    private init(heap: PickleHeap, bytes: PickleBytes) {
        self.heap = heap
        self.bytes = bytes
        tuples = Array(repeating: 0, count: heap.tupleCount)
        nodes = Array(repeating: 0, count: heap.nodes.count)
        limit = 16_384 + 10 * bytes.count
    }

    private mutating func elements(_ item: PickleItem, depth: Int) throws -> Int {
        guard depth < Pickle.maximalDepth else { throw bytes.problem("is nested deeper than \(Pickle.maximalDepth) levels") }
        switch item {
        case .tuple(let number):
            return try elements(of: heap.elements(item) ?? [], \.tuples, number, depth)
        case .node(let number):
            return try elements(of: heap.nodes[number].items, \.nodes, number, depth)
        default: return 1
        }
    }

    private mutating func elements(
        of items: [PickleItem], _ states: WritableKeyPath<PickleWalk, [Int]>, _ number: Int, _ depth: Int
    ) throws -> Int {
        let known = self[keyPath: states][number]
        guard known != Self.open else {
            throw bytes.problem("holds a value that holds itself", remedy: "plain data does not; do not use the file")
        }
        guard known == 0 else { return known }
        self[keyPath: states][number] = Self.open
        var count = 1
        for item in items {
            count += try elements(item, depth: depth + 1)
            guard count <= limit else {
                throw bytes.problem("repeats its parts far too often", remedy: "no program writes such files; do not use it")
            }
        }
        self[keyPath: states][number] = count
        return count
    }
}
