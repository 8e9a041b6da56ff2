/// An axis-aligned box in voxel-index coordinates, axes in array order.
///
/// A 2D box is a 3D box that spans 0…1 on axis 2, so that areas, IoU, matching and clustering are written once.
public struct Box: Sendable, Hashable {
    /// Smallest coordinates (axis 0, axis 1, axis 2).
    public var lower: SIMD3<Float>
    /// Largest coordinates (axis 0, axis 1, axis 2).
    public var upper: SIMD3<Float>

    @inlinable
    public init(lower: SIMD3<Float>, upper: SIMD3<Float>) {
        self.lower = lower
        self.upper = upper
    }

    /// Side lengths in voxels.
    @inlinable public var size: SIMD3<Float> { upper - lower }

    /// The middle, in index coordinates.
    @inlinable public var center: SIMD3<Float> { lower + size * 0.5 }

    /// Product of the side lengths (area in 2D).
    @inlinable public var volume: Float { let s = size; return s.x * s.y * s.z }
}

extension Box {
    /// Numbers per box in files: 4 in 2D, 6 in 3D.
    public static func width(dimension: Int) -> Int { 2 * dimension }

    /// Reads a box in the original's order (a0 min, a1 min, a0 max, a1 max[, a2 min, a2 max]); nothing else knows this order.
    @inlinable
    public init<Flat: RandomAccessCollection<Float>>(flat: Flat) where Flat.Index == Int {
        let i = flat.startIndex
        let deep = flat.count >= 6
        lower = SIMD3(flat[i], flat[i + 1], deep ? flat[i + 4] : 0)
        upper = SIMD3(flat[i + 2], flat[i + 3], deep ? flat[i + 5] : 1)
    }

    /// The numbers of the box in the original's order, 4 in 2D and 6 in 3D.
    public func flat(dimension: Int = 3) -> [Float] { [self].flat(dimension: dimension) }

    /// Reads `[N, 4]` or `[N, 6]` numbers in the original's order.
    public static func boxes(flat: [Float], dimension: Int) -> [Box] {
        let width = width(dimension: dimension)
        return flat.withUnsafeBufferPointer { flat in
            (0..<flat.count / width).map { Box(flat: flat[$0 * width..<($0 + 1) * width]) }
        }
    }
}

extension [Box] {
    /// `[N, 4]` or `[N, 6]` numbers in the original's order.
    public func flat(dimension: Int = 3) -> [Float] {
        var numbers: [Float] = []
        numbers.reserveCapacity(count * Box.width(dimension: dimension))
        for box in self {
            numbers.append(box.lower.x)
            numbers.append(box.lower.y)
            numbers.append(box.upper.x)
            numbers.append(box.upper.y)
            guard dimension == 3 else { continue }
            numbers.append(box.lower.z)
            numbers.append(box.upper.z)
        }
        return numbers
    }
}
