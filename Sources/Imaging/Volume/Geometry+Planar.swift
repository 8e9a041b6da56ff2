extension Geometry {
    /// The grid of a 2D image: axis 0 is y, axis 1 is x, axis 2 has one voxel of 1 mm.
    ///
    /// - Parameters:
    ///   - planarSize: voxels along y and x.
    ///   - spacing: mm along y and x.
    ///   - origin: position of the first voxel, x and y.
    ///   - direction: 2 × 2 cosines row by row, ITK order (columns are the x and y index axes).
    public init(
        planarSize: (y: Int, x: Int), spacing: (y: Double, x: Double) = (1, 1), origin: (x: Double, y: Double) = (0, 0),
        direction: [Double] = [1, 0, 0, 1]
    ) {
        // Array axis i belongs to column 2 − i, so the third axis (through the plane) comes first.
        self.init(
            size: SIMD3(planarSize.y, planarSize.x, 1), spacing: SIMD3(spacing.y, spacing.x, 1), origin: SIMD3(origin.x, origin.y, 0),
            direction: [0, direction[0], direction[1], 0, direction[2], direction[3], 1, 0, 0])
    }

    /// Whether this is the grid of a 2D image: one voxel along axis 2, which alone leaves the plane z = 0.
    public var isPlanar: Bool {
        size.z == 1 && origin.z == 0 && spacing.z == 1 && direction.count == 9
            && direction[0] == 0 && direction[3] == 0 && direction[7] == 0 && direction[8] == 0 && abs(direction[6]) == 1
    }
}
