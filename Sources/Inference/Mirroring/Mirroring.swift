import Boxes

/// The axes on which a patch is mirrored before the network sees it.
public struct Mirroring: OptionSet, Sendable, Hashable {
    /// Bit i: axis i.
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let axis0 = Mirroring(rawValue: 1)
    public static let axis1 = Mirroring(rawValue: 2)
    public static let axis2 = Mirroring(rawValue: 4)

    public func contains(axis: Int) -> Bool { rawValue >> UInt8(axis) & 1 == 1 }

    /// The axes in rising order.
    public var axes: [Int] { (0..<3).filter(contains(axis:)) }

    /// The mirrorings of a prediction, the unmirrored patch first: all eight from `count` 8 on, the four of axes 0 and 1 from 4 on,
    /// otherwise only the first. A 2D image has no axis 2 to mirror and so four at most.
    public static func transforms(_ count: Int, dimension: Int = 3) -> [Mirroring] {
        let wanted: UInt8 = count >= 8 && dimension == 3 ? 8 : count >= 4 ? 4 : 1
        return (0..<wanted).map(Mirroring.init(rawValue:))
    }

    /// `box`, found in a mirrored patch of `size` voxels, as it lies in the patch itself; its own inverse.
    ///
    /// Voxel i of a mirrored axis is voxel `size − 1 − i`, and so is every coordinate. The original takes `size − i` and thereby
    /// moves boxes by one voxel (design, #32); `referenceBehaviour` does the same.
    public func unmirrored(_ box: Box, size: SIMD3<Int>, referenceBehaviour: Bool = false) -> Box {
        guard !isEmpty else { return box }
        var result = box
        for axis in 0..<3 where contains(axis: axis) {
            let edge = Float(referenceBehaviour ? size[axis] : size[axis] - 1)
            result.lower[axis] = edge - box.upper[axis]
            result.upper[axis] = edge - box.lower[axis]
        }
        return result
    }
}
