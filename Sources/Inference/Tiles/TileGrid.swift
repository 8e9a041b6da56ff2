/// Where the tiles of one case lie.
///
/// An axis on which the patch is larger than the case has one tile, centred, which reaches outside. On every other axis the tiles
/// lie inside, evenly spread, as few as keep the overlap, none twice: 144 voxels with a patch of 64 and half overlap begin at
/// 0, 27, 53 and 80. The original's grid repeats tiles at the borders; `referenceBehaviour` gives that one (spec 08).
public struct TileGrid: Sendable, Equatable {
    /// Voxels of a tile along axes 0, 1, 2.
    public let patchSize: SIMD3<Int>
    /// First voxel of every tile, axis 0 outermost; negative where the tile reaches outside.
    public let origins: [SIMD3<Int>]

    /// - Parameters:
    ///   - shape: voxels of the case along axes 0, 1, 2.
    ///   - patchSize: voxels of a tile along axes 0, 1, 2.
    ///   - overlap: least shared part of neighbouring tiles, 0 ≤ overlap < 1.
    ///   - referenceBehaviour: gives the original's grid.
    public init(shape: SIMD3<Int>, patchSize: SIMD3<Int>, overlap: Double = 0.5, referenceBehaviour: Bool = false) {
        self.patchSize = patchSize
        let reachesOutside = (0..<3).contains { patchSize[$0] > shape[$0] }
        let starts = (0..<3).map { axis in
            let (length, patch) = (shape[axis], patchSize[axis])
            let step = max(1, patch - Int(Double(patch) * overlap))
            guard referenceBehaviour else { return Self.evenStarts(length: length, patch: patch, step: step) }
            let symmetric = Self.symmetricStarts(length: length, patch: patch, step: step)
            // The original pads a tile on all axes as soon as it must on one.
            return reachesOutside ? symmetric : symmetric.map { Self.shiftedInside($0, length: length, patch: patch) }
        }
        origins = starts[0].flatMap { i in starts[1].flatMap { j in starts[2].map { k in SIMD3(i, j, k) } } }
    }

    /// The number of tiles that `init` makes, without making them.
    public static func count(shape: SIMD3<Int>, patchSize: SIMD3<Int>, overlap: Double = 0.5) -> Int {
        (0..<3).reduce(1) { count, axis in
            let (length, patch) = (shape[axis], patchSize[axis])
            let step = max(1, patch - Int(Double(patch) * overlap))
            return count * evenStarts(length: length, patch: patch, step: step).count
        }
    }

    /// The start nearest to `start` with which a patch that is no larger than the axis lies inside.
    package static func shiftedInside(_ start: Int, length: Int, patch: Int) -> Int { min(max(start, 0), length - patch) }

    /// The fewest starts at most `step` apart that cover the axis, evenly spread.
    private static func evenStarts(length: Int, patch: Int, step: Int) -> [Int] {
        guard length > patch else { return [half(length - patch)] }
        let free = length - patch
        let gaps = (free + step - 1) / step
        // Rounded positions are never further apart than the step, for the step is a whole number.
        return (0...gaps).map { (2 * $0 * free + gaps) / (2 * gaps) }
    }

    /// The original's starts: exactly `step` apart, reaching outside equally far on both sides.
    private static func symmetricStarts(length: Int, patch: Int, step: Int) -> [Int] {
        guard length > patch else { return [half(length - patch)] }
        var starts = [half(length % step - patch)]
        while let last = starts.last, last + patch < length { starts.append(last + step) }
        return starts
    }

    /// Half of `value`, rounded down also below zero.
    private static func half(_ value: Int) -> Int { value >> 1 }
}
