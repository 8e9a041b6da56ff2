import Foundation
import Support

/// Interprets one pickle.
struct PickleMachine {
    var bytes: PickleBytes
    /// Whether references to torch's storages are understood.
    let isTorch: Bool
    private(set) var heap = PickleHeap()

    private var stack = ChunkedArray<PickleItem>()
    /// Heights of the stack at the marks.
    private var marks: [Int] = []
    /// Items by their number, nil where none was noted.
    private var memo = ChunkedArray<PickleItem?>()
    private var nameNumbers: [String: Int] = [:]
    /// Bytes taken but for the stack, and those that may be.
    private var taken = 0
    private let allowance: Int
    /// Bytes of the whole file.
    private let fileSize: Int

    private static let itemSize = MemoryLayout<PickleItem>.stride
    /// A container's array, which grows by doubling.
    private static let growingItemSize = 3 * itemSize
    private static let nodeSize = MemoryLayout<PickleNode>.stride + 32
    /// Small files may take so much, whatever they hold.
    private static let floor = 8 << 20

    /// - Parameters:
    ///   - position: where the pickle begins in `data`.
    ///   - fileSize: bytes of the file that `data` is a part of; nil: it is the whole.
    init(_ data: Data, named name: String, from position: Int = 0, isTorch: Bool = false, fileSize: Int? = nil) {
        bytes = PickleBytes(data, named: name, from: position)
        self.isTorch = isTorch
        allowance = Self.floor + 7 * (data.count - position)
        self.fileSize = fileSize ?? data.count
    }

    /// Runs the pickle to its end and returns what is left on the stack.
    ///
    /// - Throws: `Problem` for bytes that are no pickle, for what is refused, and where memory runs out.
    mutating func run() throws -> PickleItem {
        while true {
            let code = try bytes.byte()
            guard code != UInt8(ascii: ".") else { break }
            try step(code)
        }
        let root = try pop()
        stack = ChunkedArray()
        memo = ChunkedArray()
        try PickleWalk.check(root, heap, bytes, size: fileSize)
        return root
    }

    func problem(_ text: String, remedy: String? = nil) -> Problem { bytes.problem(text, remedy: remedy) }

    // MARK: Memory

    /// Counts memory before it is taken.
    mutating func take(_ size: Int) throws {
        taken += size
        guard taken + stack.count * Self.itemSize <= allowance else {
            throw problem("would take much more memory than the file is large", remedy: "no program writes such files; do not use it")
        }
    }

    mutating func makeNode(_ kind: PickleNode.Kind, _ items: [PickleItem] = []) throws -> PickleItem {
        try take(Self.nodeSize + items.count * Self.growingItemSize)
        return heap.addNode(kind, items)
    }

    mutating func makeTuple(_ items: [PickleItem]) throws -> PickleItem {
        try take(MemoryLayout<Int>.stride + items.count * Self.itemSize)
        return heap.addTuple(items)
    }

    mutating func makeText(_ data: Data) throws -> PickleItem {
        // Short texts lie in the item itself.
        if data.count > 15 { try take(data.count + 32) }
        guard let text = String(validating: data, as: UTF8.self) else { throw problem("holds text that is not UTF-8") }
        return .text(text)
    }

    /// Adds to a list, set or dictionary.
    mutating func extend(_ container: PickleItem, _ kind: PickleNode.Kind, with items: [PickleItem]) throws {
        guard case .node(let number) = container, heap.nodes[number].kind == kind else { throw problem("adds to what is no container") }
        try take(items.count * Self.growingItemSize)
        heap.nodes[number].items.append(contentsOf: items)
    }

    mutating func setItems(_ items: [PickleItem], of number: Int) throws {
        try take(items.count * Self.growingItemSize)
        heap.nodes[number].items = items
    }

    // MARK: Stack

    mutating func push(_ item: PickleItem) throws {
        try take(0)
        stack.append(item)
    }

    mutating func pop() throws -> PickleItem {
        guard stack.count > marks.last ?? 0, let item = stack.popLast() else { throw problem("takes more from the stack than there is") }
        return item
    }

    /// Takes away the last item or, where nothing was pushed since, the last mark.
    mutating func drop() throws {
        if marks.last == stack.count { _ = try popMark() } else { _ = try pop() }
    }

    func top() throws -> PickleItem {
        guard stack.count > marks.last ?? 0 else { throw problem("takes more from the stack than there is") }
        return stack[stack.count - 1]
    }

    mutating func mark() throws {
        // The array of the marks doubles.
        try take(3 * MemoryLayout<Int>.stride)
        marks.append(stack.count)
    }

    /// What was pushed since the last mark.
    mutating func popMark() throws -> [PickleItem] {
        guard let start = marks.popLast() else { throw problem("has no mark where one is needed") }
        taken -= 3 * MemoryLayout<Int>.stride
        let items = (start..<stack.count).map { stack[$0] }
        for _ in items { _ = stack.popLast() }
        return items
    }

    // MARK: Memo

    mutating func note(_ number: Int?) throws {
        let number = number ?? memo.count
        let item = try top()
        // Every item that is noted takes at least one byte.
        guard number < bytes.count else { throw problem("notes an item under the impossible number \(number)") }
        if number >= memo.count {
            try take((number + 1 - memo.count) * MemoryLayout<PickleItem?>.stride)
            while memo.count <= number { memo.append(nil) }
        }
        memo[number] = item
    }

    mutating func recall(_ number: Int) throws {
        guard (0..<memo.count).contains(number), let item = memo[number] else {
            throw problem("refers to item \(number), which does not exist")
        }
        try push(item)
    }

    // MARK: Names

    /// - Throws: `Problem` where a pickle may not name it.
    mutating func makeName(_ module: String, _ name: String) throws -> PickleItem {
        let full = "\(module).\(name)"
        if let number = nameNumbers[full] { return .name(number) }
        guard full.utf8.count <= 300, PickleNames.isKnown(full) else {
            throw problem(
                "names '\(full.prefix(300))', which is not among the plain data that is read",
                remedy: "nothing of it was run; do not open files in Python that you do not trust")
        }
        try take(4 * full.utf8.count + 256)
        heap.names.append(full)
        nameNumbers[full] = heap.names.count - 1
        return .name(heap.names.count - 1)
    }

    func name(_ number: Int) -> String { heap.names[number] }
    func node(_ number: Int) -> PickleNode { heap.nodes[number] }
    func elements(_ item: PickleItem) -> [PickleItem]? { heap.elements(item) }
}
