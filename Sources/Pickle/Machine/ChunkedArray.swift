/// An array that grows without moving: its memory is never more than that of its elements and one chunk.
struct ChunkedArray<Element> {
    private static var chunk: Int { 4096 }

    private var chunks: [[Element]] = []
    private(set) var count = 0

    mutating func append(_ element: Element) {
        if count == chunks.count * Self.chunk { chunks.append([]) }
        chunks[count / Self.chunk].append(element)
        count += 1
    }

    mutating func popLast() -> Element? {
        guard count > 0 else { return nil }
        count -= 1
        return chunks[count / Self.chunk].removeLast()
    }

    subscript(_ index: Int) -> Element {
        get { chunks[index / Self.chunk][index % Self.chunk] }
        // Changed in its place: what an element holds is not copied.
        _modify { yield &chunks[index / Self.chunk][index % Self.chunk] }
    }
}

extension ChunkedArray: Sendable where Element: Sendable {}
