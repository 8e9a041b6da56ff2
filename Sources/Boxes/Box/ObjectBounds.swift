/// The outer faces of an object along the axes of its image, in continuous voxel indices: voxel i extends from i − ½ to i + ½.
///
/// By the box rule a box is half a voxel larger than its object on every side. That margin belongs to the grid and not to the object, so
/// boxes are converted to other grids, to millimetres and to voxels by way of the faces.
public struct ObjectBounds: Sendable, Equatable {
    /// The first faces along axes 0, 1, 2.
    public var lower: SIMD3<Double>
    /// The last faces along axes 0, 1, 2.
    public var upper: SIMD3<Double>

    public init(lower: SIMD3<Double>, upper: SIMD3<Double>) {
        self.lower = lower
        self.upper = upper
    }

    /// The object of `box`: half a voxel smaller on every side. Where a side is shorter than the two halves, the faces coincide in its middle.
    ///
    /// - Parameters:
    ///   - box: in voxel indices.
    ///   - dimension: 2 or 3; a 2D object extends over the one voxel of axis 2.
    public init(_ box: Box, dimension: Int) {
        lower = SIMD3<Double>(box.lower) + 0.5
        upper = SIMD3<Double>(box.upper) - 0.5
        for axis in 0..<3 where lower[axis] > upper[axis] {
            let middle = (lower[axis] + upper[axis]) / 2
            lower[axis] = middle
            upper[axis] = middle
        }
        if dimension == 2 { (lower.z, upper.z) = (-0.5, 0.5) }
    }

    /// The box of the object by the box rule: half a voxel larger on every side, in single precision.
    ///
    /// - Parameter dimension: 2 or 3; a 2D box extends from 0 to 1 along axis 2.
    public func box(dimension: Int) -> Box {
        var box = Box(lower: SIMD3<Float>(lower - 0.5), upper: SIMD3<Float>(upper + 0.5))
        if dimension == 2 { (box.lower.z, box.upper.z) = (0, 1) }
        return box
    }

    /// The middle, in continuous voxel indices.
    public var center: SIMD3<Double> { (lower + upper) / 2 }

    /// Side lengths in voxels.
    public var size: SIMD3<Double> { upper - lower }

    /// The voxels along `axis` whose centres are between the faces (of two faces on a centre, the first counts); where there is none, the voxel
    /// nearest to the middle. The range may lie outside of the image.
    public func voxels(along axis: Int) -> Range<Int> {
        let first = Self.firstVoxel(from: lower[axis])
        let end = Self.firstVoxel(from: upper[axis])
        if first < end { return first..<end }
        let nearest = Self.firstVoxel(from: (lower[axis] + upper[axis]) / 2 - 0.5)
        return nearest..<nearest + 1
    }

    /// The voxel of `voxels(along:)` that is nearest to the middle.
    public func middleVoxel(along axis: Int) -> Int {
        let voxels = voxels(along: axis)
        let middle = ((lower[axis] + upper[axis]) / 2).rounded()
        guard middle.isFinite else { return voxels.lowerBound }
        return Int(min(max(middle, Double(voxels.lowerBound)), Double(voxels.upperBound - 1)))
    }

    /// Boxes are kept in single precision, which is finer than this for every image: a face is on a voxel's centre where it is so near to it.
    private static let tolerance = 1e-3

    /// The first voxel whose centre is not before `face`. Faces that no image reaches, or that are not a number, give a voxel that none has.
    private static func firstVoxel(from face: Double) -> Int {
        face.isNaN ? 1_000_000_000 : Int(min(max((face - tolerance).rounded(.up), -1e9), 1e9))
    }
}
