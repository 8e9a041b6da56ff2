import Boxes
import Imaging

extension Detections {
    /// The detections as an instance map: a voxel gets the number of the best-scored detection whose box it is in, 0 where there is none.
    ///
    /// Numbers count from 1 by rising score, as the original's do. By the box rule (spec 05) the voxels of a box lie from `Int(lower) + 1` up
    /// to `Int(upper) − 1`.
    ///
    /// - Parameters:
    ///   - shape: voxels of the image along axes 0, 1, 2.
    ///   - threshold: smallest score of a detection that is painted.
    ///   - foreground: of `shape`; where it is 0 nothing is painted. Nil paints whole boxes.
    /// - Returns: the map and the detections painted, the one of number 1 first.
    public func painted(
        shape: SIMD3<Int>, threshold: Float = -.infinity, within foreground: Volume<UInt8>? = nil
    ) -> (map: Volume<Int32>, detections: Detections) {
        precondition(foreground.map { $0.shape == shape } ?? true, "the foreground must be of the image's shape")
        let chosen = selecting(scores.fallingOrder().reversed().filter { scores[$0] >= threshold })
        var map = Volume<Int32>(shape: shape, filledWith: 0)
        map.voxels.withUnsafeMutableBufferPointer { voxels in
            for (index, box) in chosen.boxes.enumerated() {
                let ranges = (0..<3).map { box.paintedVoxels($0, of: shape[$0]) }
                for i in ranges[0] {
                    for j in ranges[1] {
                        let row = (i * shape.y + j) * shape.z
                        guard let foreground else {
                            for k in ranges[2] { voxels[row + k] = Int32(index + 1) }
                            continue
                        }
                        for k in ranges[2] where foreground.voxels[row + k] > 0 { voxels[row + k] = Int32(index + 1) }
                    }
                }
            }
        }
        return (map, chosen)
    }
}

extension Box {
    /// The voxels of an axis of `count` that belong to the box by the box rule.
    fileprivate func paintedVoxels(_ axis: Int, of count: Int) -> Range<Int> {
        let first = max(0, Int(lower[axis].rounded(.towardZero)) + 1)
        // What reaches outside begins at the border.
        let start = lower[axis] < 0 ? 0 : first
        let end = min(count, Int(upper[axis].rounded(.towardZero)))
        return start..<max(start, end)
    }
}
