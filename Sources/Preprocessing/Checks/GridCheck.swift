import Foundation
import Imaging
import Support

/// Whether the files of one case lie on one grid.
enum GridCheck {
    /// The problem of a case whose images have one value each.
    static func constant(_ first: URL, _ value: Float) -> Problem {
        Problem(
            first, "every voxel has the value \(value), and no other image of the case has more than one",
            remedy: "export the images again, or remove the case")
    }

    /// - Parameters:
    ///   - geometry: of the file `url`.
    ///   - reference: of the first image, `first`.
    static func problem(_ geometry: Geometry, _ reference: Geometry, _ url: URL, _ first: URL) -> Problem? {
        if !reference.spacing.isUsable {
            return Problem(first, "its spacing is not positive and finite", remedy: "correct the header")
        }
        guard let difference = geometry.difference(from: reference) else { return nil }
        return Problem(
            url, "does not lie on the grid of \(first.lastPathComponent): \(difference)",
            remedy: "resample it to that image, or correct its header")
    }
}

extension SIMD3<Double> {
    /// Whether all are finite and larger than 0.
    var isUsable: Bool { x.isFinite && y.isFinite && z.isFinite && self.min() > 0 }
}
