import Boxes
import Core

/// The objects of each case at the target spacing, transposed axes; a 2D box spans 0…1 on axis 2.
package struct ScaledObjects: Sendable {
    /// Boxes per case; cases without objects are left out.
    package let perCase: [[Box]]

    package var all: [Box] { perCase.flatMap { $0 } }

    package init(perCase: [[Box]]) { self.perCase = perCase.filter { !$0.isEmpty } }

    /// The boxes of `fingerprint` scaled by their case's spacing over the target spacing, corners and margin alike.
    package init(_ fingerprint: Fingerprint, spacing: SpacingPlan) {
        self.init(fingerprint, target: spacing.target, transposeForward: spacing.transposeForward)
    }

    /// The same for a plan's target spacing (axes of the images) and axis order.
    package init(_ fingerprint: Fingerprint, target: [Double], transposeForward forward: [Int]) {
        self.init(
            perCase: fingerprint.caseIDs.compactMap { fingerprint.cases[$0] }.map { item in
                let scale = forward.map { item.originalSpacing[$0] / target[$0] }
                return item.boxes.map { Self.box($0, forward: forward, scale: scale) }
            })
    }

    /// The boxes of `fingerprint` in voxels of the cropped images, transposed: what the original's low-resolution rule looks at.
    package init(unscaled fingerprint: Fingerprint, transposeForward forward: [Int]) {
        let scale = forward.map { _ in 1.0 }
        self.init(
            perCase: fingerprint.caseIDs.compactMap { fingerprint.cases[$0] }.map { item in
                item.boxes.map { Self.box($0, forward: forward, scale: scale) }
            })
    }

    private static func box(_ flat: [Int], forward: [Int], scale: [Double]) -> Box {
        let source = Box(flat: flat.map(Float.init))
        var result = Box(lower: SIMD3(0, 0, 0), upper: SIMD3(1, 1, 1))
        for (axis, from) in forward.enumerated() {
            result.lower[axis] = Float(Double(source.lower[from]) * scale[axis])
            result.upper[axis] = Float(Double(source.upper[from]) * scale[axis])
        }
        return result
    }

    /// The `percent`-th percentile of the box sizes on each of `dim` axes.
    package func sizePercentile(_ percent: Double, dim: Int) -> [Double] {
        let sizes = all.map(\.size)
        return (0..<dim).map { axis in Statistics.percentile(percent, of: sizes.map { Double($0[axis]) }) }
    }

    /// The largest number of objects of one case whose centres lie within half a patch of one object's centre, itself included.
    package func mostObjects(inPatch patch: [Int]) -> Int {
        var reach = SIMD3<Float>(repeating: .infinity)
        for (axis, length) in patch.enumerated() { reach[axis] = Float(length) / 2 }
        var most = 0
        for boxes in perCase where boxes.count > most {
            let centers = boxes.map(\.center)
            for center in centers {
                var count = 0
                for other in centers {
                    let distance = other - center
                    if all(distance .<= reach), all(distance .>= -reach) { count += 1 }
                }
                most = max(most, count)
            }
        }
        return most
    }

    private func all(_ mask: SIMDMask<SIMD3<Float.SIMDMaskScalar>>) -> Bool { mask[0] && mask[1] && mask[2] }
}
