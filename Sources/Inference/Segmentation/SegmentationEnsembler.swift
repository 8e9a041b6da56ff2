import Imaging
import Support

/// Joins the class probabilities of all tiles, mirrorings and models into those of a case (spec 08).
///
/// A voxel's probability is the mean over the tiles that show it, each weighted by the voxel's place in the tile and by the model. The
/// original leaves the models' weights out of the sum that it divides by (design, #40).
public final class SegmentationEnsembler {
    /// Voxels of the preprocessed case along axes 0, 1, 2.
    public let shape: SIMD3<Int>
    /// Foreground classes; the background is what they leave of 1.
    public let classes: Int
    private let importance: TileImportance
    private let tile: SIMD3<Int>
    private var sums: [[Float]]
    private var weights: [Float]

    public init(shape: SIMD3<Int>, tile: SIMD3<Int>, classes: Int) {
        self.shape = shape
        self.tile = tile
        self.classes = classes
        importance = TileImportance(tile: tile)
        let count = shape.x * shape.y * shape.z
        sums = [[Float]](repeating: [Float](repeating: 0, count: count), count: classes)
        weights = [Float](repeating: 0, count: count)
    }

    /// Counts in one tile.
    ///
    /// - Parameters:
    ///   - probabilities: `[classes, tile]`, C order, as the network gave them for the mirrored patch.
    ///   - origin: the tile's first voxel in the case; what lies outside of the case is left out.
    func add(_ probabilities: UnsafeBufferPointer<Float>, origin: SIMD3<Int>, mirroring: Mirroring, modelWeight: Float) {
        precondition(probabilities.count == classes * tile.x * tile.y * tile.z, "the probabilities must fill the tile")
        let first = SIMD3((0..<3).map { max(0, -origin[$0]) })
        let last = SIMD3((0..<3).map { min(tile[$0], shape[$0] - origin[$0]) })
        guard (0..<3).allSatisfy({ first[$0] < last[$0] }), let source = probabilities.baseAddress else { return }
        let backwards = mirroring.contains(axis: 2)
        func place(_ axis: Int, _ step: Int) -> Int { mirroring.contains(axis: axis) ? tile[axis] - 1 - step : step }
        let count = last.z - first.z
        let volume = tile.x * tile.y * tile.z
        importance.factors[2].withUnsafeBufferPointer { columns in
            for i in first.x..<last.x {
                for j in first.y..<last.y {
                    let factor = importance.factors[0][i] * importance.factors[1][j]
                    let target = ((origin.x + i) * shape.y + origin.y + j) * shape.z + origin.z + first.z
                    let row = (place(0, i) * tile.y + place(1, j)) * tile.z
                    weights.withUnsafeMutableBufferPointer { weights in
                        for k in 0..<count { weights[target + k] += (factor * columns[first.z + k] + TileImportance.floor) * modelWeight }
                    }
                    for index in 0..<classes {
                        let line = source + (index * volume + row)
                        sums[index].withUnsafeMutableBufferPointer { sums in
                            for k in 0..<count {
                                let column = backwards ? tile.z - 1 - first.z - k : first.z + k
                                sums[target + k] += (factor * columns[first.z + k] + TileImportance.floor) * modelWeight * line[column]
                            }
                        }
                    }
                }
            }
        }
    }

    /// The probabilities of each voxel, 0 where no tile was.
    public func probabilities() -> ClassProbabilities {
        ClassProbabilities(
            sums.map { sum in
                Volume(
                    shape: shape,
                    voxels: [Float](unsafeUninitializedCapacity: sum.count) { target, initialized in
                        for index in 0..<sum.count { target[index] = weights[index] > 0 ? sum[index] / weights[index] : 0 }
                        initialized = sum.count
                    })
            })
    }
}
