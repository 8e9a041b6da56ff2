import Core
import Imaging
import Support

extension ImageSummary {
    /// Looks at the voxels of a cropped image; those that are not finite are left out of the statistics.
    init(_ volume: Volume<Float>) {
        var key = ContentKey()
        key.add([volume.shape.x, volume.shape.y, volume.shape.z])
        key.add(volume.voxels)
        var (sum, squares, count) = (0.0, 0.0, 0)
        var (low, high) = (Float.infinity, -Float.infinity)
        volume.voxels.withUnsafeBufferPointer { voxels in
            // Around the first value, so that the squares do not cancel.
            let pivot = Double(voxels.first { $0.isFinite } ?? 0)
            for value in voxels where value.isFinite {
                let distance = Double(value) - pivot
                sum += distance
                squares += distance * distance
                count += 1
                low = min(low, value)
                high = max(high, value)
            }
            let mean = sum / Double(max(count, 1))
            squares = squares / Double(max(count, 1)) - mean * mean
            sum = mean + pivot
        }
        self.init(
            key: key.text, mean: count > 0 ? sum : 0, std: max(squares, 0).squareRoot(), minimum: count > 0 ? Double(low) : 0,
            maximum: count > 0 ? Double(high) : 0)
    }
}
