import Boxes
import Core

/// Patches with their objects, as the detector trains on them.
public struct Batch: Sendable {
    /// Images, C order [B, C, p0, p1, p2].
    public var images: [Float]
    /// Instance ids, C order [B, p0, p1, p2]; 0 is background.
    public var segmentation: [Int32]
    /// Boxes (box rule of spec 05, from the visible voxels) and classes of the objects of each patch, ascending instance id.
    public var truths: [GroundTruth]
    /// Visible instance ids of each patch, ascending, one per box.
    public var instances: [[Int]]
    /// Voxels of a patch along its axes; 1 on axis 2 in 2D.
    public var size: SIMD3<Int>
    /// Case id of each patch.
    public var keys: [String]

    public init(
        images: [Float], segmentation: [Int32], truths: [GroundTruth], instances: [[Int]] = [], size: SIMD3<Int>, keys: [String]
    ) {
        self.images = images
        self.segmentation = segmentation
        self.truths = truths
        self.instances = instances
        self.size = size
        self.keys = keys
    }

    /// Number of patches.
    public var count: Int { truths.count }

    /// Class + 1 of the object at each voxel, 0 for background, C order [B, p0, p1, p2].
    public func semantic() -> [Int32] {
        var result = [Int32](repeating: 0, count: segmentation.count)
        let voxels = size.x * size.y * size.z
        for (item, truth) in truths.enumerated() where !truth.labels.isEmpty {
            // Ids may be any numbers; they change rarely along a row.
            let values = Dictionary(zip(instances[item].map { Int32($0) }, truth.labels.map { Int32($0) + 1 })) { _, last in last }
            var last: (id: Int32, value: Int32) = (0, 0)
            for i in item * voxels..<(item + 1) * voxels where segmentation[i] > 0 {
                if segmentation[i] != last.id { last = (segmentation[i], values[segmentation[i]] ?? 0) }
                result[i] = last.value
            }
        }
        return result
    }
}

/// What makes batches; batch i depends on i and on nothing else that changes.
public protocol BatchSource: Sendable {
    /// - Throws: an error that names the case.
    func batch(_ index: Int) throws -> Batch
}
