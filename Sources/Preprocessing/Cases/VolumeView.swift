import Foundation

/// A box of voxels of an array that lies in memory or in a mapped file; the box may reach beyond the array.
///
/// Valid as long as the array is: views are handed to closures and do not leave them.
public struct VolumeView<Element: BitwiseCopyable> {
    /// The array, C order, of `shape` voxels.
    public let base: UnsafePointer<Element>
    public let shape: SIMD3<Int>
    /// First voxel of the box in the array.
    public let origin: SIMD3<Int>
    /// Voxels of the box.
    public let size: SIMD3<Int>
    /// What stands where the box reaches beyond the array.
    public let outside: Element
    /// Whether the array lies in a file, of which parts may not be in memory yet.
    public let isMapped: Bool

    public init(
        _ base: UnsafePointer<Element>, shape: SIMD3<Int>, origin: SIMD3<Int> = .zero, size: SIMD3<Int>, outside: Element,
        isMapped: Bool = false
    ) {
        self.base = base
        self.shape = shape
        self.origin = origin
        self.size = size
        self.outside = outside
        self.isMapped = isMapped
    }

    /// Tells the system that the part of the box that begins at `lower` will be read: a file's pages are fetched together then, and no others.
    public func prefetch(from lower: SIMD3<Int>, size: SIMD3<Int>) {
        guard isMapped else { return }
        let first = pointwiseMax(origin &+ lower, .zero)
        let end = pointwiseMin(origin &+ lower &+ size, shape)
        guard all(first .< end) else { return }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        func advise(_ x: Int, _ y: Int, through last: Int) {
            let start = Int(bitPattern: base + ((x * shape.y + y) * shape.z + first.z))
            let stop = Int(bitPattern: base + ((x * shape.y + last) * shape.z + end.z))
            let aligned = start / page * page
            _ = madvise(UnsafeMutableRawPointer(bitPattern: aligned), stop - aligned, MADV_WILLNEED)
        }
        // The rows of a plane follow each other closely, unless they are longer than pages.
        let isSparse = shape.z * MemoryLayout<Element>.stride > 2 * page
        for x in first.x..<end.x {
            if isSparse {
                for y in first.y..<end.y { advise(x, y, through: y) }
            } else {
                advise(x, first.y, through: end.y - 1)
            }
        }
    }

    /// Copies `count` voxels of row (`i`, `j`) of the box, from index `first` of axis 2 on, to `target`.
    @inlinable
    public func copyRow(_ i: Int, _ j: Int, from first: Int, count: Int, to target: UnsafeMutablePointer<Element>) {
        let (x, y, z) = (origin.x + i, origin.y + j, origin.z + first)
        guard x >= 0, x < shape.x, y >= 0, y < shape.y else { return target.update(repeating: outside, count: count) }
        let begin = min(max(0, -z), count)
        let end = max(begin, min(count, shape.z - z))
        target.update(repeating: outside, count: begin)
        (target + begin).update(from: base + ((x * shape.y + y) * shape.z + z + begin), count: end - begin)
        (target + end).update(repeating: outside, count: count - end)
    }

    /// Copies the part of the box that begins at `lower` to `target`, C order of `size`.
    @inlinable
    public func copy(from lower: SIMD3<Int> = .zero, size: SIMD3<Int>, to target: UnsafeMutablePointer<Element>) {
        prefetch(from: lower, size: size)
        for i in 0..<size.x {
            for j in 0..<size.y {
                copyRow(lower.x + i, lower.y + j, from: lower.z, count: size.z, to: target + (i * size.y + j) * size.z)
            }
        }
    }

    /// The same voxels with a first axis of one voxel and without the last one, which must have one voxel.
    public var asSlice: VolumeView {
        precondition(size.z == 1 && shape.z == 1, "a slice has one voxel on axis 2")
        return VolumeView(
            base, shape: SIMD3(1, shape.x, shape.y), origin: SIMD3(0, origin.x, origin.y), size: SIMD3(1, size.x, size.y),
            outside: outside, isMapped: isMapped)
    }
}

/// The channels of a patch and its labels, where they lie.
public struct PatchView {
    /// One per channel.
    public let images: [VolumeView<Float>]
    public let labels: VolumeView<Int32>

    public init(images: [VolumeView<Float>], labels: VolumeView<Int32>) {
        self.images = images
        self.labels = labels
    }

    public var size: SIMD3<Int> { labels.size }
}
