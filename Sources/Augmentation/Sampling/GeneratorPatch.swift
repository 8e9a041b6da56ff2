import Foundation

/// How large a patch must be cut so that the final one is still filled after rotation and scaling (spec 05, "Patch sizes").
public enum GeneratorPatch {
    /// - Parameters:
    ///   - final: voxels of the final patch, 2 or 3 axes.
    ///   - rotation: degrees about axes 0, 1, 2 (3D), or the one angle in the plane (2D); empty where nothing is rotated.
    ///   - smallestScale: the lower end of the range of scales, 1 where nothing is scaled.
    /// - Returns: voxels along the same axes, at least those of `final` for scales up to 1.
    public static func size(final: [Int], rotation: [ClosedRange<Double>], smallestScale: Double) -> [Int] {
        let size = final.map(Double.init)
        var largest = size
        for (index, range) in rotation.enumerated() {
            let angle = min(90, max(abs(range.lowerBound), abs(range.upperBound))) * .pi / 180
            for (axis, value) in rotated(size, about: index, by: angle).enumerated() { largest[axis] = max(largest[axis], abs(value)) }
        }
        return largest.map { Int($0 / smallestScale) }
    }

    /// The row vector `size` times the matrix of a rotation about axis `index` (in 2D: in the plane).
    private static func rotated(_ size: [Double], about index: Int, by angle: Double) -> [Double] {
        let (c, s) = (cos(angle), sin(angle))
        guard size.count == 3 else { return [size[0] * c + size[1] * s, -size[0] * s + size[1] * c] }
        return switch index {
        case 0: [size[0], size[1] * c + size[2] * s, -size[1] * s + size[2] * c]
        case 1: [size[0] * c - size[2] * s, size[1], size[0] * s + size[2] * c]
        default: [size[0] * c + size[1] * s, -size[0] * s + size[1] * c, size[2]]
        }
    }
}
