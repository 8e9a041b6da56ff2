import Foundation

extension Geometry {
    /// Whether two images lie on one grid: equal sizes; spacing, origin and direction within 1e-8 + 1e-5 of the other's value
    /// (what numpy's `allclose` allows). Spec 01, full check.
    public func isClose(to other: Geometry) -> Bool { difference(from: other) == nil }

    /// What keeps two images from lying on one grid, for people; nil where they do.
    public func difference(from other: Geometry) -> String? {
        if isPlanar != other.isPlanar { return "\(isPlanar ? 2 : 3) dimensions instead of \(other.isPlanar ? 2 : 3)" }
        if size != other.size { return "size \(size.sizeText) instead of \(other.size.sizeText) voxels (axes z, y, x)" }
        func differs(_ a: [Double], _ b: [Double]) -> Bool {
            a.count != b.count || !zip(a, b).allSatisfy { abs($0 - $1) <= 1e-8 + 1e-5 * abs($1) }
        }
        func line(_ what: String, _ mine: [Double], _ theirs: [Double], _ size: String) -> String? {
            differs(mine, theirs) ? "\(what) (\(Self.text(mine))) instead of (\(Self.text(theirs))), \(size)" : nil
        }
        let lines = [
            line(
                "origin", [origin.x, origin.y, origin.z], [other.origin.x, other.origin.y, other.origin.z],
                "\(Self.short(Self.length(origin - other.origin))) mm apart"),
            line(
                "spacing", [spacing.x, spacing.y, spacing.z], [other.spacing.x, other.spacing.y, other.spacing.z],
                "up to \(Self.short(Self.largest(spacing - other.spacing))) mm apart"),
            line("direction", direction, other.direction, "axes up to \(Self.short(largestAngle(to: other)))° apart"),
        ].compactMap { $0 }
        return lines.isEmpty ? nil : lines.joined(separator: "; ")
    }

    /// The largest angle between an axis of this grid and the same axis of the other, degrees.
    private func largestAngle(to other: Geometry) -> Double {
        guard direction.count == 9, other.direction.count == 9 else { return 0 }
        return (0..<3).map { axis in
            let (a, b) = (directionOfAxis(axis), other.directionOfAxis(axis))
            let cross = SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
            return atan2(Self.length(cross), (a * b).sum()) * 180 / .pi
        }.max() ?? 0
    }

    private static func length(_ vector: SIMD3<Double>) -> Double { (vector * vector).sum().squareRoot() }

    private static func largest(_ vector: SIMD3<Double>) -> Double { max(abs(vector.x), abs(vector.y), abs(vector.z)) }

    private static func short(_ value: Double) -> String { String(format: "%.3g", value) }

    private static func text(_ values: [Double]) -> String { values.map { "\($0)" }.joined(separator: ", ") }
}
