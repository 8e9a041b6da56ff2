/// Anchors of every combination of width (axis 0), height (axis 1) and depth (axis 2) per level, without half-cell offset (spec 06).
public struct AnchorGenerator: Sendable {
    /// Boxes around the origin, per level.
    public let cells: [[Box]]

    /// - Parameters: sizes in voxels per level and axis; without `depth` the anchors are 2D.
    public init(width: [[Float]], height: [[Float]], depth: [[Float]]) {
        cells = width.indices.map { level in
            width[level].flatMap { w in
                height[level].flatMap { h -> [Box] in
                    guard !depth.isEmpty else {
                        return [Box(lower: SIMD3(-w / 2, -h / 2, 0), upper: SIMD3(w / 2, h / 2, 1))]
                    }
                    return depth[level].map { d in Box(lower: SIMD3(-w, -h, -d) / 2, upper: SIMD3(w, h, d) / 2) }
                }
            }
        }
    }

    /// Anchors for an image of `imageSize` voxels whose levels have maps of `featureMapSizes`.
    public func anchors(imageSize: SIMD3<Int>, featureMapSizes: [SIMD3<Int>]) -> Anchors {
        var boxes: [Box] = []
        boxes.reserveCapacity(zip(cells, featureMapSizes).reduce(0) { $0 + $1.0.count * $1.1.x * $1.1.y * $1.1.z })
        var levels: [Anchors.Level] = []
        for (cell, size) in zip(cells, featureMapSizes) {
            let stride = SIMD3<Float>(Float(imageSize.x / size.x), Float(imageSize.y / size.y), Float(imageSize.z / size.z))
            let start = boxes.count
            for i in 0..<size.x {
                for j in 0..<size.y {
                    for k in 0..<size.z {
                        let shift = SIMD3(Float(i), Float(j), Float(k)) * stride
                        for box in cell { boxes.append(Box(lower: box.lower + shift, upper: box.upper + shift)) }
                    }
                }
            }
            let center = cell.first?.center
            levels.append(
                Anchors.Level(
                    size: size, stride: stride, start: start, count: boxes.count - start,
                    isCentered: cell.allSatisfy { $0.center == center }))
        }
        return Anchors(boxes: boxes, levels: levels, perPosition: cells.first?.count ?? 0)
    }
}
