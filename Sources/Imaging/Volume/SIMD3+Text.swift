extension SIMD3<Int> {
    /// Voxels along axes 0, 1, 2, for people: `120 × 512 × 512`.
    package var sizeText: String { "\(x) × \(y) × \(z)" }
}
