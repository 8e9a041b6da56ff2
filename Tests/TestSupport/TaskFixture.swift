import Core
import Foundation
import Imaging
import Support

/// A task folder of small synthetic cases on disk: noise, with a bright cuboid per object.
public struct TaskFixture: Sendable {
    /// A cuboid of voxels with its class.
    public struct Object: Sendable {
        public var lower: SIMD3<Int>
        public var upper: SIMD3<Int>
        public var label: Int

        public init(_ lower: SIMD3<Int>, _ upper: SIMD3<Int>, label: Int = 0) {
            self.lower = lower
            self.upper = upper
            self.label = label
        }
    }

    public let task: TaskFolder

    /// Makes the folder with its description and no cases.
    public init(
        in root: URL, name: String = "Task900_Fixture", modalities: [String] = ["MRI"], classes: [String] = ["a", "b"],
        testLabels: Bool = false
    ) throws {
        let info = DatasetInfo(task: name, labels: classes, modalities: modalities, testLabels: testLabels)
        let url = root.appendingPathComponent(name, isDirectory: true)
        try JSONFile.write(info.document, to: url.appendingPathComponent("dataset.json"))
        task = TaskFolder(url: url, info: info)
        for split in TaskFolder.Split.allCases {
            try AtomicFile.createFolder(task.images(split))
            try AtomicFile.createFolder(task.labels(split))
        }
    }

    /// Writes a case: noise from `seed` in 1…2, 5 added inside objects, 0 within `margin` voxels of the border.
    public func add(
        _ id: String, _ split: TaskFolder.Split = .train, shape: SIMD3<Int> = SIMD3(12, 14, 16), spacing: SIMD3<Double> = SIMD3(1, 1, 1),
        direction: [Double] = Geometry.identity, objects: [Object] = [], margin: Int = 0, seed: UInt64 = 0
    ) throws {
        let geometry = Geometry(size: shape, spacing: spacing, origin: SIMD3(3, 2, 1), direction: direction)
        var map = Volume<Int32>(shape: shape, filledWith: 0)
        var instances: [Int: Int] = [:]
        for (index, object) in objects.enumerated() {
            instances[index + 1] = object.label
            for i in object.lower.x..<object.upper.x {
                for j in object.lower.y..<object.upper.y {
                    for k in object.lower.z..<object.upper.z { map[i, j, k] = Int32(index + 1) }
                }
            }
        }
        for modality in task.info.modalities.indices {
            var generator = SeededGenerator(seed: seed).split(UInt64(modality))
            var volume = Volume<Float>(shape: shape, filledWith: 0)
            for i in margin..<shape.x - margin {
                for j in margin..<shape.y - margin {
                    for k in margin..<shape.z - margin {
                        volume[i, j, k] = Float(generator.uniform(1, 2)) + (map[i, j, k] > 0 ? 5 : 0)
                    }
                }
            }
            try ImageWriter.write(Image(volume: volume, geometry: geometry), to: image(id, modality, split))
        }
        try ImageWriter.write(Image(volume: map, geometry: geometry), to: label(id, split))
        try JSONFile.write(CaseLabels(instances: instances), to: task.labelJSON(of: id, split))
    }

    public func image(_ id: String, _ modality: Int = 0, _ split: TaskFolder.Split = .train) -> URL {
        task.images(split).appendingPathComponent(id + String(format: "_%04d.nii.gz", modality))
    }

    public func label(_ id: String, _ split: TaskFolder.Split = .train) -> URL {
        task.labels(split).appendingPathComponent("\(id).nii.gz")
    }
}
