/// The anchors of one image: every level's cell anchors at every position of its map, levels fine to coarse,
/// positions with axis 0 slowest, anchors of a position fastest.
public struct Anchors: Sendable {
    /// The regular grid that the anchors of a level stand on.
    public struct Level: Sendable {
        /// Positions per axis.
        public let size: SIMD3<Int>
        /// Voxels between positions.
        public let stride: SIMD3<Float>
        /// Index of the level's first anchor.
        public let start: Int
        public let count: Int
        /// Whether all anchors of a position share its centre.
        public let isCentered: Bool
    }

    public let boxes: [Box]
    public let levels: [Level]
    /// Anchors per position.
    public let perPosition: Int

    /// Anchors of each level.
    public var perLevel: [Int] { levels.map(\.count) }

    public init(boxes: [Box], levels: [Level], perPosition: Int) {
        self.boxes = boxes
        self.levels = levels
        self.perPosition = perPosition
    }
}
