extension Geometry {
    /// Whether two images lie on one grid: equal sizes; spacing, origin and direction within 1e-8 + 1e-5 of the other's value
    /// (what numpy's `allclose` allows). Spec 01, full check.
    public func isClose(to other: Geometry) -> Bool { difference(from: other) == nil }

    /// What keeps two images from lying on one grid, for people; nil where they do.
    public func difference(from other: Geometry) -> String? {
        if isPlanar != other.isPlanar { return "\(isPlanar ? 2 : 3) dimensions instead of \(other.isPlanar ? 2 : 3)" }
        if size != other.size { return "size \(Self.text(size)) instead of \(Self.text(other.size)) voxels (axes z, y, x)" }
        func differs(_ a: [Double], _ b: [Double]) -> Bool {
            a.count != b.count || !zip(a, b).allSatisfy { abs($0 - $1) <= 1e-8 + 1e-5 * abs($1) }
        }
        func line(_ what: String, _ mine: [Double], _ theirs: [Double]) -> String? {
            differs(mine, theirs) ? "\(what) (\(Self.text(mine))) instead of (\(Self.text(theirs)))" : nil
        }
        return line("origin", [origin.x, origin.y, origin.z], [other.origin.x, other.origin.y, other.origin.z])
            ?? line("spacing", [spacing.x, spacing.y, spacing.z], [other.spacing.x, other.spacing.y, other.spacing.z])
            ?? line("direction", direction, other.direction)
    }

    private static func text(_ size: SIMD3<Int>) -> String { "\(size.x) × \(size.y) × \(size.z)" }

    private static func text(_ values: [Double]) -> String { values.map { "\($0)" }.joined(separator: ", ") }
}
