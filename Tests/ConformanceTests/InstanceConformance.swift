import Boxes
import Core
import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// Instance maps to boxes, classes and semantic maps: exactly as the original.
@Suite struct InstanceConformance {
    @Test(arguments: SeedFolder.all)
    func instances(seed: SeedFolder) throws {
        let files = seed.files("core/instances_", suffix: ".npz")
        #expect(!files.isEmpty)
        for file in files {
            let data = try BoxConformance.Arrays(seed, file)
            let segmentation = try data.array("seg")
            let semantic = try data.floats("semantic")
            let mapping = try data.array("mapping_instance_to_class")
            let shape = segmentation.shape.dropFirst(2)
            let dimension = shape.count
            let size = SIMD3(segmentation.shape[2], segmentation.shape[3], dimension == 3 ? segmentation.shape[4] : 1)
            let voxels = size.x * size.y * size.z
            let values = segmentation.int32s()
            var wrong = 0
            for image in 0..<segmentation.shape[0] {
                let volume = Volume(shape: size, voxels: Array(values[image * voxels..<(image + 1) * voxels]))
                let found = volume.instanceBoxes(dimension: dimension)
                let classes = mapping.integers()[image * mapping.shape[1]..<(image + 1) * mapping.shape[1]].map { $0 }
                let flat = found.map(\.box).flat(dimension: dimension)
                let labels = found.map { classes[$0.id] }
                let checks = [
                    flat == (try data.floats("boxes_\(image)")), flat == (try data.floats("np_boxes_\(image)")),
                    flat == (try data.floats("get_bbox_np_boxes_\(image)")),
                    labels == (try data.integers("classes_\(image)")), labels == (try data.integers("get_bbox_np_classes_\(image)")),
                    found.map(\.id) == (try data.integers("present_\(image)")), found.map(\.id) == (try data.integers("np_ids_\(image)")),
                ]
                wrong += checks.count { !$0 }
                let map = volume.voxels.map { $0 > 0 ? Float(classes[Int($0)] + 1) : 0 }
                if map != Array(semantic[image * voxels..<(image + 1) * voxels]) { wrong += 1 }
                // The same counting classes from 0.
                if map.map({ max(0, $0 - 1) }) != (try data.floats("seg_nobg_\(image)")) { wrong += 1 }
            }
            #expect(ConformanceReport.note(family: "core", file: file, deviation: Double(wrong), tolerance: 0))
        }
    }
}
