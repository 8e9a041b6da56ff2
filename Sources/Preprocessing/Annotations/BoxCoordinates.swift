import Support

/// What the coordinates of boxes are given in.
public enum BoxCoordinates: String, Sendable, CaseIterable {
    /// Voxels of the image: x is its fastest axis, the first voxel is 0.
    case voxel
    /// mm in the patient, x to the left, y to the back, z to the head, as ITK, DICOM and LUNA16 count.
    case lps
    /// mm in the patient, x to the right, y to the front, z to the head, as NIfTI and 3D Slicer show them.
    case ras

    /// A point of the patient in LPS.
    func lps(_ x: Double, _ y: Double, _ z: Double) -> SIMD3<Double> { self == .ras ? SIMD3(-x, -y, z) : SIMD3(x, y, z) }

    /// A box from its first to its last corner: in voxels the edges, the first voxel reaching from 0 to 1; in the patient mm.
    func box(_ lower: SIMD3<Double>, _ upper: SIMD3<Double>) -> AnnotatedShape {
        guard self != .voxel else {
            // Voxel centres lie at whole numbers; array order is z, y, x.
            return .voxels(lower: SIMD3(lower.z, lower.y, lower.x) - 0.5, upper: SIMD3(upper.z, upper.y, upper.x) - 0.5)
        }
        let (a, b) = (lps(lower.x, lower.y, lower.z), lps(upper.x, upper.y, upper.z))
        return .box(lower: pointwiseMin(a, b), upper: pointwiseMax(a, b))
    }

    /// A ball around a point (of voxels, their centres at whole numbers).
    func ball(_ center: SIMD3<Double>, diameter: Double) -> AnnotatedShape {
        self == .voxel
            ? .ballAtVoxel(SIMD3(center.z, center.y, center.x), radius: diameter / 2)
            : .ball(center: lps(center.x, center.y, center.z), radius: diameter / 2)
    }
}
