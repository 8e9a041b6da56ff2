/// How values between voxels are found.
public enum Interpolation: Sendable {
    /// Piecewise linear.
    case linear
    /// Cubic B-splines through the voxels (order 3 of scikit-image and scipy).
    case cubic
}
