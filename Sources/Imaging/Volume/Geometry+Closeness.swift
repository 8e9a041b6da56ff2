import Foundation

extension Geometry {
    /// Whether two images lie on one grid: equal sizes, and every voxel within `tolerance` of its place in the other.
    public func isClose(to other: Geometry) -> Bool { difference(from: other) == nil }

    /// How far the same voxel of two grids of equal size is apart at most: in voxels of the other grid, and in mm.
    public func displacement(from other: Geometry) -> (voxels: Double, mm: Double) { other.vectors.displacement(of: vectors) }

    /// What keeps two images from lying on one grid, for people; nil where they do.
    public func difference(from other: Geometry) -> String? {
        if isPlanar != other.isPlanar { return "\(isPlanar ? 2 : 3) dimensions instead of \(other.isPlanar ? 2 : 3)" }
        if size != other.size { return "size \(size.sizeText) instead of \(other.size.sizeText) voxels (axes z, y, x)" }
        let shift = displacement(from: other)
        guard !(shift.voxels <= Self.tolerance) else { return nil }
        return description(of: shift, from: other)
    }

    /// A difference that is within the tolerance, but more than rounding; nil for others.
    public func slightDifference(from other: Geometry) -> String? {
        guard size == other.size, isPlanar == other.isPlanar else { return nil }
        let shift = displacement(from: other)
        guard shift.voxels <= Self.tolerance, shift.voxels > Self.rounding else { return nil }
        return description(of: shift, from: other)
    }

    private func description(of shift: (voxels: Double, mm: Double), from other: Geometry) -> String {
        // What by itself would count is named.
        func line(_ what: String, _ mine: [Double], _ theirs: [Double], _ size: String, _ isLarge: Bool) -> String? {
            isLarge ? "\(what) (\(Self.text(mine))) instead of (\(Self.text(theirs))), \(size)" : nil
        }
        let smallest = Self.rounding * other.spacing.min()
        let offset = Self.length(origin - other.origin)
        let step = Self.largest(spacing - other.spacing)
        let angle = largestAngle(to: other)
        let longest = Double(max(size.x, size.y, size.z))
        let lines = [
            line(
                "origin", [origin.x, origin.y, origin.z], [other.origin.x, other.origin.y, other.origin.z],
                "\(Self.short(offset)) mm apart",
                !(offset <= smallest)),
            line(
                "spacing", [spacing.x, spacing.y, spacing.z], [other.spacing.x, other.spacing.y, other.spacing.z],
                "up to \(Self.short(step)) mm apart", !(step * longest <= smallest)),
            line(
                "direction", direction, other.direction, "axes up to \(Self.short(angle))° apart",
                !(angle * .pi / 180 * longest <= Self.rounding)),
        ].compactMap { $0 }
        return (["voxels up to \(Self.short(shift.mm)) mm apart"] + lines).joined(separator: "; ")
    }

    /// The largest angle between an axis of this grid and the same axis of the other, degrees.
    private func largestAngle(to other: Geometry) -> Double {
        guard direction.count == 9, other.direction.count == 9 else { return 0 }
        return (0..<3).map { axis in
            let (a, b) = (directionOfAxis(axis), other.directionOfAxis(axis))
            return atan2(a.cross(b).length, a.dot(b)) * 180 / .pi
        }.max() ?? 0
    }

    private static func length(_ vector: SIMD3<Double>) -> Double { vector.length }

    private static func largest(_ vector: SIMD3<Double>) -> Double { max(abs(vector.x), abs(vector.y), abs(vector.z)) }

    private static func short(_ value: Double) -> String { String(format: "%.3g", value) }

    private static func text(_ values: [Double]) -> String { values.map { "\($0)" }.joined(separator: ", ") }
}
