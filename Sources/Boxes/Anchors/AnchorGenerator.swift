/// Places the same few boxes, one set per level, at every position of the network's maps, without half-cell offset (spec 06).
public struct AnchorGenerator: Sendable {
    /// Boxes around the origin, per level.
    public let cells: [[Box]]

    /// Any boxes around the origin, per level.
    public init(cells: [[Box]]) { self.cells = cells }

    /// Every combination of width, height and depth, depth fastest.
    ///
    /// - Parameters:
    ///   - width: sides along axis 0 in voxels, per level.
    ///   - height: likewise along axis 1.
    ///   - depth: likewise along axis 2; without it the anchors are 2D.
    public init(width: [[Float]], height: [[Float]], depth: [[Float]] = []) {
        self.init(
            cells: width.indices.map { level in
                width[level].flatMap { w in
                    height[level].flatMap { h -> [Box] in
                        guard !depth.isEmpty else { return [Self.cell(w / 2, h / 2)] }
                        return depth[level].map { Self.cell(w / 2, h / 2, $0 / 2) }
                    }
                }
            })
    }

    /// The classic anchors: every size with every ratio of height to width at equal area, half sides rounded; depths outermost, sizes fastest.
    ///
    /// - Parameters:
    ///   - sizes: side in voxels of the square of the same area, per level.
    ///   - aspectRatios: height (axis 1) over width (axis 0), per level.
    ///   - depths: sides along axis 2 in voxels, per level; without them the anchors are 2D.
    public init(sizes: [[Float]], aspectRatios: [[Float]], depths: [[Float]] = []) {
        self.init(
            cells: sizes.indices.map { level in
                let plane = aspectRatios[level].flatMap { ratio in
                    sizes[level].map { size in
                        SIMD2(
                            (size / ratio.squareRoot() / 2).rounded(.toNearestOrEven),
                            (size * ratio.squareRoot() / 2).rounded(.toNearestOrEven))
                    }
                }
                guard !depths.isEmpty else { return plane.map { Self.cell($0.x, $0.y) } }
                return depths[level].flatMap { depth in
                    plane.map { Self.cell($0.x, $0.y, (depth / 2).rounded(.toNearestOrEven)) }
                }
            })
    }

    /// A box around the origin; 2D without `depth`.
    private static func cell(_ width: Float, _ height: Float, _ depth: Float? = nil) -> Box {
        guard let depth else { return Box(lower: SIMD3(-width, -height, 0), upper: SIMD3(width, height, 1)) }
        return Box(lower: SIMD3(-width, -height, -depth), upper: SIMD3(width, height, depth))
    }

    /// Anchors for an image of `imageSize` voxels whose levels have maps of `featureMapSizes`; the stride is their whole-numbered ratio.
    public func anchors(imageSize: SIMD3<Int>, featureMapSizes: [SIMD3<Int>]) -> Anchors {
        var levels: [Anchors.Level] = []
        var total = 0
        for (cells, size) in zip(cells, featureMapSizes) {
            let stride = SIMD3<Float>(Float(imageSize.x / size.x), Float(imageSize.y / size.y), Float(imageSize.z / size.z))
            let grid = Anchors.Grid(size: size, stride: stride, cells: cells)
            levels.append(Anchors.Level(range: total..<total + grid.count * cells.count, grid: grid))
            total += grid.count * cells.count
        }
        let boxes = [Box](unsafeUninitializedCapacity: total) { buffer, initialized in
            for level in levels {
                guard let grid = level.grid else { continue }
                grid.cells.withUnsafeBufferPointer { cells in
                    var next = level.range.lowerBound
                    for i in 0..<grid.size.x {
                        for j in 0..<grid.size.y {
                            for k in 0..<grid.size.z {
                                let shift = SIMD3(Float(i), Float(j), Float(k)) * grid.stride
                                for cell in cells {
                                    (buffer.baseAddress! + next).initialize(to: Box(lower: cell.lower + shift, upper: cell.upper + shift))
                                    next += 1
                                }
                            }
                        }
                    }
                }
            }
            initialized = total
        }
        return Anchors(boxes: boxes, levels: levels, perPosition: cells.first?.count ?? 0)
    }
}
