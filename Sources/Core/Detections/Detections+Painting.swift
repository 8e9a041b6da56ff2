import Boxes
import Imaging

extension Detections {
    /// The detections as an instance map: a voxel gets the number of the best-scored detection whose box it is in, 0 where there is none.
    ///
    /// Numbers count from 1 by rising score, as the original's do. The voxels of a box are those whose centres are within the object's faces, and
    /// at least one along each axis (`ObjectBounds`); in the original those from `Int(lower) + 1` to `Int(upper) − 1`. For boxes of whole numbers
    /// that is the same.
    ///
    /// - Parameters:
    ///   - shape: voxels of the image along axes 0, 1, 2.
    ///   - dimension: 2 or 3.
    ///   - threshold: smallest score of a detection that is painted.
    ///   - foreground: of `shape`; where it is 0 nothing is painted. Nil paints whole boxes.
    ///   - referenceBehaviour: paints the voxels that the original would.
    /// - Returns: the map and the detections painted, the one of number 1 first.
    public func painted(
        shape: SIMD3<Int>, dimension: Int, threshold: Float = -.infinity, within foreground: Volume<UInt8>? = nil,
        referenceBehaviour: Bool = false
    ) -> (map: Volume<Int32>, detections: Detections) {
        precondition(foreground.map { $0.shape == shape } ?? true, "the foreground must be of the image's shape")
        let chosen = selecting(scores.fallingOrder().reversed().filter { scores[$0] >= threshold })
        var map = Volume<Int32>(shape: shape, filledWith: 0)
        map.voxels.withUnsafeMutableBufferPointer { voxels in
            for (index, box) in chosen.boxes.enumerated() {
                let bounds = ObjectBounds(box, dimension: dimension)
                let ranges = (0..<3).map { axis in
                    referenceBehaviour && axis < dimension
                        ? box.originalVoxels(axis, of: shape[axis]) : bounds.voxels(along: axis).clamped(to: 0..<shape[axis])
                }
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
    /// The voxels of an axis of `count` that the original paints.
    fileprivate func originalVoxels(_ axis: Int, of count: Int) -> Range<Int> {
        // Limited first: a conversion to a whole number traps where the coordinate is larger than any.
        let (lower, upper) = (max(lower[axis], -1), min(upper[axis], Float(count)))
        guard lower < upper else { return 0..<0 }
        // What reaches outside begins at the border.
        let start = lower < 0 ? 0 : Int(lower.rounded(.towardZero)) + 1
        return start..<max(start, Int(max(upper, 0).rounded(.towardZero)))
    }
}
