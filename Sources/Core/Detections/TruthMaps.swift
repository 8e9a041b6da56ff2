import Foundation
import Imaging

/// The annotated masks of one case, as prep writes them for evaluation.
public enum TruthMaps {
    public static func segmentationFile(of caseID: String, in folder: URL) -> URL { folder.appendingPathComponent("\(caseID)_seg_gt.npz") }
    public static func instancesFile(of caseID: String, in folder: URL) -> URL {
        folder.appendingPathComponent("\(caseID)_instances_gt.npz")
    }

    /// Class + 1 at each voxel, 0 elsewhere, of `<case>_seg_gt.npz`.
    public static func segmentation(_ caseID: String, in folder: URL) throws -> Volume<Int32> {
        try BoxArrays(segmentationFile(of: caseID, in: folder)).map("seg")
    }

    /// Object ids, and the class of each, of `<case>_instances_gt.npz`.
    public static func instances(_ caseID: String, in folder: URL) throws -> (volume: Volume<Int32>, classes: [Int: Int]) {
        let arrays = try BoxArrays(instancesFile(of: caseID, in: folder))
        let volume = try arrays.map("instances")
        return (volume, try arrays.mapping("mapping", of: volume))
    }
}
