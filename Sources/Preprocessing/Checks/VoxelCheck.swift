import Foundation
import Imaging
import Support

/// What can be wrong with the values of an image.
struct VoxelCheck {
    /// NaN, infinite or all alike; nil where nothing is wrong.
    let problem: Problem?
    /// Whether every voxel is 0.
    let isZero: Bool

    /// Looks at the voxels read from `url`.
    ///
    /// - Parameter replaced: how many that are not finite reading has replaced by 0.
    init(_ volume: Volume<Float>, replaced: Int, _ url: URL) {
        var (nan, infinite) = (0, 0)
        var (low, high) = (Float.infinity, -Float.infinity)
        volume.voxels.withUnsafeBufferPointer { voxels in
            for value in voxels {
                if value.isFinite {
                    low = min(low, value)
                    high = max(high, value)
                } else if value.isNaN {
                    nan += 1
                } else {
                    infinite += 1
                }
            }
        }
        isZero = low == 0 && high == 0 && replaced == 0
        if max(replaced, nan + infinite) > 0 {
            let count = max(replaced, nan + infinite)
            let what = replaced > 0 || (nan > 0 && infinite > 0) ? "NaN or infinite" : nan > 0 ? "NaN" : "infinite"
            problem = Problem(
                url, "\(count) \(count == 1 ? "voxel is" : "voxels are") \(what)",
                remedy: "replace them by finite values; without a check NaN counts as 0")
        } else if low == high, low != 0 {
            problem = Problem(url, "every voxel has the value \(low)", remedy: "export the image again or remove the case")
        } else {
            problem = nil
        }
    }

    static func empty(_ id: String, _ url: URL) -> Problem {
        Problem(url, "all voxels of all modalities of case \(id) are 0", remedy: "replace its images or remove the case")
    }

    static func empty(_ url: URL) -> Problem {
        Problem(url, "all voxels of this modality are 0", remedy: "export the image again or remove the case")
    }
}
