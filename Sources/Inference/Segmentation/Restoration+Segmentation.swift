import Core
import Imaging
import Support

extension Restoration {
    /// Class probabilities on the grid of the cropped case: what undoes transposition and resampling (spec 08).
    ///
    /// - Parameters:
    ///   - probabilities: on the grid of the preprocessed case.
    ///   - threads: how many threads share the resampling.
    public func cropped(_ probabilities: ClassProbabilities, threads: Int = processorCount) -> ClassProbabilities {
        ClassProbabilities(
            probabilities.volumes.map {
                $0.transposed(backward).resampled(to: sizeAfterCropping, interpolation: .linear, threads: threads)
            })
    }

    /// A map of the cropped case on the grid of its raw image, 0 outside of the crop.
    public func placed(_ map: Volume<UInt8>) -> Volume<UInt8> {
        map.padded(lower: cropLower, upper: size &- cropLower &- sizeAfterCropping, with: 0).reoriented(
            axes: inverse.source, flips: inverse.flipped)
    }

    /// What undoes the reorientation of the raw image.
    private var inverse: AxisMap {
        var map = AxisMap.identity
        for axis in 0..<3 {
            map.source[orientation.source[axis]] = axis
            map.flipped[orientation.source[axis]] = orientation.flipped[axis]
        }
        return map
    }
}
