import Core
import Imaging
import Support

extension Restoration {
    /// Class probabilities of a preprocessed case as a label map on the grid of its raw image (spec 08): per voxel the class of the highest
    /// probability, counted from 1; 0 where the background's is higher, and outside of the crop.
    ///
    /// - Parameter probabilities: per foreground class, on the grid of the preprocessed case.
    public func labels(_ probabilities: [Volume<Float>], threads: Int = processorCount) -> Volume<UInt8> {
        let resampled = probabilities.map {
            $0.transposed(backward).resampled(to: sizeAfterCropping, interpolation: .linear, threads: threads)
        }
        let count = sizeAfterCropping.x * sizeAfterCropping.y * sizeAfterCropping.z
        var labels = [UInt8](repeating: 0, count: count)
        labels.withUnsafeMutableBufferPointer { labels in
            var best = [Float](repeating: 1, count: count)
            best.withUnsafeMutableBufferPointer { best in
                // What the classes leave is the background's, which wins where all are equal.
                for volume in resampled { volume.voxels.withUnsafeBufferPointer { for i in 0..<count { best[i] -= $0[i] } } }
                for (index, volume) in resampled.enumerated() {
                    volume.voxels.withUnsafeBufferPointer {
                        for i in 0..<count where $0[i] > best[i] {
                            best[i] = $0[i]
                            labels[i] = UInt8(clamping: index + 1)
                        }
                    }
                }
            }
        }
        return Volume(shape: sizeAfterCropping, voxels: labels)
            .padded(lower: cropLower, upper: size &- cropLower &- sizeAfterCropping, with: 0).reoriented(
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
