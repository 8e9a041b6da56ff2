import Preprocessing
import Support

/// The part of a volume that an interpolation reads, copied, with room around it for the neighbours of the outermost voxels; for cubic
/// splines their coefficients instead of the voxels.
///
/// One row before and two behind, mirrored at the part's ends as the splines are at the volume's.
final class InterpolationGrid {
    /// The first of the four neighbours along each axis of voxel (0, 0, 0) of the volume, wherever the part begins: add `plane`, `row`
    /// and 1 for each voxel.
    let origin: UnsafePointer<Float>
    let plane: Int
    let row: Int
    private let values: UnsafeMutablePointer<Float>
    /// The part, in voxels of the volume.
    let lower: SIMD3<Int>
    let shape: SIMD3<Int>
    /// The part together with what the filter must see around it.
    private let outerLower: SIMD3<Int>
    private let outerShape: SIMD3<Int>

    /// - Parameters:
    ///   - lower, shape: the part, in voxels of `view`.
    ///   - filtered: axes along which the voxels are turned into coefficients.
    init(_ view: VolumeView<Float>, lower: SIMD3<Int>, shape: SIMD3<Int>, filtered: [Int]) {
        self.lower = lower
        self.shape = shape
        let reach = SIMD3((0..<3).map { filtered.contains($0) ? SplineFilter.reach : 0 })
        outerLower = pointwiseMax(lower &- reach, .zero)
        outerShape = pointwiseMin(lower &+ shape &+ reach, view.size) &- outerLower
        let lanes = SplineFilter.lanes
        row = (shape.z + 3 + lanes - 1) / lanes * lanes
        let rows = shape.y + 3
        // An odd number of cache lines, so that the voxels of a line along axis 0 do not share their places in the cache.
        plane = rows * row + (rows * row / lanes % 2 == 0 ? lanes : 0)
        let count = (outerShape.x + 3) * plane
        precondition(count < Int32.max, "places in the grid are 32 bits wide")
        values = UnsafeMutableRawPointer.allocate(byteCount: 4 * count, alignment: 64).bindMemory(to: Float.self, capacity: count)
        origin = UnsafePointer(values) - (outerLower.x * plane + lower.y * row + lower.z)
        view.prefetch(from: outerLower, size: outerShape)
        copyPlanes(of: view, filtered)
        if filtered.contains(0) {
            for j in 0..<rows { SplineFilter.filter(values + plane + j * row, stride: plane, count: outerShape.x, columns: row) }
        }
        pad(values, block: plane, count: outerShape.x)
    }

    /// The first number of the first plane; the first neighbours of the part's first voxel.
    var start: UnsafePointer<Float> { origin + (lower.x * plane + lower.y * row + lower.z) }

    deinit { values.deallocate() }

    /// Copies the planes, and filters each along axes 2 and 1 while it is in the cache.
    private func copyPlanes(of view: VolumeView<Float>, _ filtered: [Int]) {
        let (plane, row, shape) = (plane, row, shape)
        let start = lower &- outerLower
        let isFiltered = filtered.contains(2) && outerShape.z > 1
        let filter = isFiltered ? SplineRowFilter(count: outerShape.z, from: start.z, to: start.z + shape.z) : nil
        let spare = UnsafeMutableRawPointer.allocate(byteCount: 4 * outerShape.y * row, alignment: 64)
            .bindMemory(to: Float.self, capacity: outerShape.y * row)
        defer { spare.deallocate() }
        for i in 0..<outerShape.x {
            for j in 0..<outerShape.y {
                let target = spare + (j * row + 1)
                if let filter {
                    view.copyRow(outerLower.x + i, outerLower.y + j, from: outerLower.z, count: outerShape.z, to: filter.samples)
                    filter.apply(to: target)
                } else {
                    view.copyRow(outerLower.x + i, outerLower.y + j, from: lower.z, count: shape.z, to: target)
                }
                for index in [-1, shape.z, shape.z + 1] { target[index] = target[SplineFilter.mirrored(index, shape.z)] }
                (target + (shape.z + 2)).update(repeating: 0, count: row - (shape.z + 3))
            }
            if filtered.contains(1) { SplineFilter.filter(spare, stride: row, count: outerShape.y, columns: row) }
            let first = values + (i + 1) * plane
            (first + row).update(from: spare + start.y * row, count: shape.y * row)
            pad(first, block: row, count: shape.y)
        }
    }

    /// Copies blocks to before the first and behind the last of blocks 1 … `count`.
    private func pad(_ first: UnsafeMutablePointer<Float>, block: Int, count: Int) {
        for index in [-1, count, count + 1] {
            (first + (index + 1) * block).update(from: first + (SplineFilter.mirrored(index, count) + 1) * block, count: block)
        }
    }
}
