import Boxes
import Imaging

extension Volume<Int32> {
    /// The boxes of the instances (values > 0), ascending id: per axis from the smallest index − 1 to the largest + 1 (spec 05, box rule).
    ///
    /// Boxes are not clipped. In 2D axis 2 spans 0…1.
    public func instanceBoxes(dimension: Int = 3) -> [(id: Int, box: Box)] {
        voxels.withUnsafeBufferPointer { InstanceExtent.extents(of: $0, shape: shape).map { ($0.id, $0.box(dimension: dimension)) } }
    }
}

/// The voxels that an instance spans.
public struct InstanceExtent: Sendable, Equatable {
    public let id: Int
    /// Smallest index per axis.
    public var lower: SIMD3<Int>
    /// Largest index per axis.
    public var upper: SIMD3<Int>
    public var voxels: Int

    @usableFromInline
    init(id: Int, lower: SIMD3<Int>, upper: SIMD3<Int>, voxels: Int) {
        self.id = id
        self.lower = lower
        self.upper = upper
        self.voxels = voxels
    }

    /// The box by the box rule of spec 05.
    public func box(dimension: Int = 3) -> Box {
        var (low, high) = (SIMD3<Float>(lower &- 1), SIMD3<Float>(upper &+ 1))
        if dimension == 2 { (low.z, high.z) = (0, 1) }
        return Box(lower: low, upper: high)
    }

    /// The extents of all values > 0 in `labels` (C order, `shape`), ascending id.
    public static func extents(of labels: UnsafeBufferPointer<Int32>, shape: SIMD3<Int>) -> [InstanceExtent] {
        extents(of: labels, shape: shape) { _ in }
    }

    /// The same; `run` is told of every row's run of voxels of one instance, by their offsets and in C order.
    @inlinable
    public static func extents(
        of labels: UnsafeBufferPointer<Int32>, shape: SIMD3<Int>, run: (Range<Int>) -> Void
    ) -> [InstanceExtent] {
        var found: [InstanceExtent] = []
        var places: [Int32: Int] = [:]
        var (lastID, lastPlace) = (Int32(0), 0)
        for i in 0..<shape.x {
            for j in 0..<shape.y {
                let row = (i * shape.y + j) * shape.z
                var k = 0
                while k < shape.z {
                    let value = labels[row + k]
                    guard value > 0 else {
                        k += 1
                        continue
                    }
                    let first = k
                    while k < shape.z && labels[row + k] == value { k += 1 }
                    run(row + first..<row + k)
                    if value != lastID {
                        lastID = value
                        lastPlace = places[value] ?? found.count
                        if lastPlace == found.count {
                            places[value] = lastPlace
                            found.append(InstanceExtent(id: Int(value), lower: SIMD3(i, j, first), upper: SIMD3(i, j, k - 1), voxels: 0))
                        }
                    }
                    let extent = found[lastPlace]
                    found[lastPlace].lower = SIMD3(extent.lower.x, min(extent.lower.y, j), min(extent.lower.z, first))
                    found[lastPlace].voxels += k - first
                    found[lastPlace].upper = SIMD3(i, max(extent.upper.y, j), max(extent.upper.z, k - 1))
                }
            }
        }
        return found.sorted { $0.id < $1.id }
    }
}
