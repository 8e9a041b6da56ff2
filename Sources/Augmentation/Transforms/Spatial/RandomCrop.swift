import Support

/// Takes a patch from anywhere in the larger one that is cut, not from its middle.
public struct RandomCrop: Sendable, Equatable {
    /// Voxels between the middle of the patch and the border of the larger one, at least, along each axis; nil: half a patch, so that it lies
    /// inside.
    public var distance: SIMD3<Int>?

    public init(distance: SIMD3<Int>? = nil) { self.distance = distance }

    /// - Parameter distance: one number per axis, or one for all.
    /// - Throws: `Problem` for another number of them.
    init(distance: [Int]?, dimension: Int) throws {
        guard let distance else { return }
        guard distance.count == 1 || distance.count == dimension else {
            throw Problem("augmentation.random_crop_dist_to_border", "has \(distance.count) numbers", remedy: "give one, or \(dimension)")
        }
        self.distance = SIMD3((0..<3).map { distance.count == 1 ? distance[0] : $0 < dimension ? distance[$0] : 0 })
    }

    /// From the middle of the larger patch to where the middle of one is taken from that is interpolated.
    func offset(_ larger: SIMD3<Int>, _ size: SIMD3<Int>, axes: [Int], using generator: inout SeededGenerator) -> SIMD3<Double> {
        var offset = SIMD3<Double>()
        for axis in axes {
            let room = Double(larger[axis]) / 2 - (distance.map { Double($0[axis]) } ?? Double(size[axis]) / 2)
            if room > 0 { offset[axis] = generator.uniform(-room, room) }
        }
        return offset
    }

    /// The first voxel of one that is taken as it is.
    func start(_ larger: SIMD3<Int>, _ size: SIMD3<Int>, axes: [Int], using generator: inout SeededGenerator) -> SIMD3<Int> {
        var start = (larger &- size) / 2
        for axis in axes {
            let first = distance.map { $0[axis] - size[axis] / 2 } ?? 0
            let last = larger[axis] - size[axis] - first
            if first < last { start[axis] = generator.integer(in: first..<last + 1) }
        }
        return start
    }
}
