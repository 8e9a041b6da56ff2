import Foundation

/// What stands outside of the image.
public enum Padding: Sendable, Equatable {
    /// The image mirrored at its border, the border voxel repeated (NumPy's "symmetric"), as often as needed.
    case symmetric
    case constant(Float)
}

/// Copies patches out of an image, padded where they reach outside and mirrored on the way.
///
/// Borrows the voxels; use it only within the scope that lends them.
package struct PatchReader {
    private let voxels: UnsafeBufferPointer<Float>
    private let channels: Int
    private let shape: SIMD3<Int>
    private let padding: Padding

    /// - Parameter voxels: `[channels, shape]`, C order.
    package init(voxels: UnsafeBufferPointer<Float>, channels: Int, shape: SIMD3<Int>, padding: Padding = .symmetric) {
        precondition(voxels.count == channels * shape.x * shape.y * shape.z, "voxels must fill the channels")
        self.voxels = voxels
        self.channels = channels
        self.shape = shape
        self.padding = padding
    }

    /// Writes the patch of `size` voxels that begins at `origin`, all channels, to `target` (`[channels, size]`, C order).
    package func read(
        origin: SIMD3<Int>, size: SIMD3<Int>, mirroring: Mirroring = [], into target: UnsafeMutableBufferPointer<Float>
    ) {
        precondition(target.count == channels * size.x * size.y * size.z, "target must hold the patch")
        guard let source = voxels.baseAddress, let patch = target.baseAddress else { return }
        let columns = (0..<3).map { axis in
            (0..<size[axis]).map { step in
                index(origin[axis] + (mirroring.contains(axis: axis) ? size[axis] - 1 - step : step), length: shape[axis])
            }
        }
        let inside = origin.z >= 0 && origin.z + size.z <= shape.z
        let backwards = mirroring.contains(axis: 2)
        var outside: Float = 0
        if case .constant(let value) = padding { outside = value }

        columns[2].withUnsafeBufferPointer { fast in
            for channel in 0..<channels {
                for i in 0..<size.x {
                    for j in 0..<size.y {
                        let row = patch + ((channel * size.x + i) * size.y + j) * size.z
                        guard columns[0][i] >= 0, columns[1][j] >= 0 else {
                            row.update(repeating: outside, count: size.z)
                            continue
                        }
                        let line = source + ((channel * shape.x + columns[0][i]) * shape.y + columns[1][j]) * shape.z
                        if inside && !backwards {
                            row.update(from: line + origin.z, count: size.z)
                        } else if inside {
                            let last = line + (origin.z + size.z - 1)
                            for k in 0..<size.z { row[k] = last[-k] }
                        } else {
                            for k in 0..<size.z { row[k] = fast[k] >= 0 ? line[fast[k]] : outside }
                        }
                    }
                }
            }
        }
    }

    /// The voxel that stands at `position` of an axis; −1 for a constant.
    private func index(_ position: Int, length: Int) -> Int {
        if position >= 0 && position < length { return position }
        guard padding == .symmetric else { return -1 }
        let period = 2 * length
        let phase = ((position % period) + period) % period
        return phase < length ? phase : period - 1 - phase
    }
}
