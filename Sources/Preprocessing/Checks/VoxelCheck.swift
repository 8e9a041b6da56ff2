import Foundation
import Imaging
import Support

/// What can be wrong with the values of an image.
enum VoxelCheck {
    /// NaN or infinite values, also those that reading has replaced.
    static func problem(_ volume: Volume<Float>, _ url: URL) throws -> Problem? {
        if let count = try ImageFile.nonFiniteVoxels(inNIfTI: url), count > 0 {
            return Problem(url, "\(count) voxels are NaN or infinite", remedy: "replace them; without a check they count as 0")
        }
        var (nan, infinite) = (0, 0)
        volume.voxels.withUnsafeBufferPointer { voxels in
            for value in voxels {
                nan += value.isNaN ? 1 : 0
                infinite += value.magnitude == .infinity ? 1 : 0
            }
        }
        if infinite > 0 { return Problem(url, "\(infinite) voxels are infinite", remedy: "replace them by finite values") }
        if nan > 0 { return Problem(url, "\(nan) voxels are not numbers (NaN)", remedy: "replace them; without a check they count as 0") }
        return nil
    }

    static func anyNonzero(_ volume: Volume<Float>) -> Bool {
        volume.voxels.withUnsafeBufferPointer { voxels in voxels.contains { $0 != 0 } }
    }

    static func empty(_ id: String, _ url: URL) -> Problem {
        Problem(url, "all voxels of all modalities of case \(id) are 0", remedy: "replace its images or remove the case")
    }
}
