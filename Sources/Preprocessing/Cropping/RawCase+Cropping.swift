import Core
import Imaging
import Support

extension RawCase {
    /// Crops to the region where any modality is not 0, holes filled (spec 03 §1).
    ///
    /// In the result's segmentation, background outside that region is −1.
    ///
    /// - Throws: `Problem` where all voxels are 0.
    public func cropped() throws -> CroppedCase {
        let mask = Volume<UInt8>(nonzeroOf: channels).holesFilled()
        guard let (lower, upper) = mask.nonzeroBounds() else {
            throw Problem("case \(id)", "all voxels of all modalities are 0", remedy: "replace its images or remove the case")
        }
        let region = mask.cropped(lower, upper)
        var segmentation = self.segmentation?.cropped(lower, upper) ?? Volume(shape: region.shape, filledWith: 0)
        segmentation.voxels.withUnsafeMutableBufferPointer { labels in
            region.voxels.withUnsafeBufferPointer { inside in
                for i in 0..<labels.count {
                    if labels[i] < 0 { labels[i] = 0 }
                    if labels[i] == 0 && inside[i] == 0 { labels[i] = -1 }
                }
            }
        }
        var properties = CaseProperties(
            caseID: id, geometry: geometry, orientation: orientation, cropLower: lower, cropUpper: upper, instances: instances,
            classes: segmentation.distinctValues())
        // Names of files without their folders: results are passed on.
        if !notices.isEmpty { properties.notices = notices.map { "\($0.url.lastPathComponent): \($0.text)" } }
        return CroppedCase(channels: channels.map { $0.cropped(lower, upper) }, segmentation: segmentation, properties: properties)
    }
}

extension Volume<Int32> {
    /// The values that occur, ascending.
    public func distinctValues() -> [Int] {
        var found: Set<Int32> = []
        voxels.withUnsafeBufferPointer { voxels in
            // Runs of one value are long: only changes are looked up.
            var last: Int32?
            for value in voxels where value != last {
                found.insert(value)
                last = value
            }
        }
        return found.map { Int($0) }.sorted()
    }
}
