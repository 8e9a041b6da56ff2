/// The anchors of one image, levels fine to coarse, positions with axis 0 slowest, anchors of a position fastest (spec 06).
///
/// A level that knows its grid is matched without looking at every anchor.
public struct Anchors: Sendable {
    /// The regular grid that the anchors of a level stand on.
    public struct Grid: Sendable {
        /// Positions per axis.
        public let size: SIMD3<Int>
        /// Voxels between positions.
        public let stride: SIMD3<Float>
        /// Anchors of the position at the origin.
        public let cells: [Box]
    }

    /// The anchors of one map of the network.
    public struct Level: Sendable {
        /// The level's part of `boxes`.
        public let range: Range<Int>
        /// Nil where the anchors do not stand on a grid that is known.
        public let grid: Grid?
    }

    public let boxes: [Box]
    public let levels: [Level]
    /// Anchors per position.
    public let perPosition: Int

    /// Anchors of each level.
    public var perLevel: [Int] { levels.map(\.range.count) }

    init(boxes: [Box], levels: [Level], perPosition: Int) {
        self.boxes = boxes
        self.levels = levels
        self.perPosition = perPosition
    }

    /// Anchors from elsewhere, `perLevel` of them on each level; matching looks at every one.
    public init(boxes: [Box], perLevel: [Int], perPosition: Int) {
        precondition(perLevel.reduce(0, +) == boxes.count, "every anchor belongs to a level")
        var start = 0
        levels = perLevel.map { count in
            defer { start += count }
            return Level(range: start..<start + count, grid: nil)
        }
        self.boxes = boxes
        self.perPosition = perPosition
    }
}

extension Anchors.Grid {
    var count: Int { size.x * size.y * size.z }

    /// Position `index` in the order of the anchors: axis 0 slowest.
    func offset(_ i: Int, _ j: Int, _ k: Int) -> Int { (i * size.y + j) * size.z + k }

    /// Index of the position nearest to `coordinate` along `axis`.
    func nearest(to coordinate: Float, axis: Int) -> Int {
        guard stride[axis] > 0 else { return 0 }
        return Int(min(max((coordinate / stride[axis]).rounded(), 0), Float(size[axis] - 1)))
    }

    /// Indices along `axis` of positions with coordinates in `lower`…`upper`, one more on either side against rounding; nil for none.
    func positions(from lower: Float, to upper: Float, axis: Int) -> ClosedRange<Int>? {
        let last = size[axis] - 1
        guard last >= 0, lower <= upper else { return nil }
        guard stride[axis] > 0 else { return 0...last }
        let first = Int(min(max((lower / stride[axis]).rounded(.down) - 1, 0), Float(last)))
        let end = Int(min(max((upper / stride[axis]).rounded(.up) + 1, 0), Float(last)))
        return first...end
    }
}
