import Foundation
import Imaging
import Support

/// Whether the files of one case lie on one grid.
enum GridCheck {
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
