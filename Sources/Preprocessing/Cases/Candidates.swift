import Boxes
import Core
import Foundation
import Imaging
import Support

/// The objects of a preprocessed case, from which training chooses its patches: `<case>_boxes.json` (spec 04).
public struct Candidates: Codable, Sendable, Equatable {
    /// [N][6]: smallest index − 1 and largest + 1 per axis, in the original's order; voxels of the preprocessed array.
    public var boxes: [[Int]]
    /// Instance ids, ascending.
    public var instances: [Int]
    /// Class ids.
    public var labels: [Int]
    /// Voxels of each object.
    public var voxels: [Int]?

    public init(boxes: [[Int]] = [], instances: [Int] = [], labels: [Int] = [], voxels: [Int]? = nil) {
        self.boxes = boxes
        self.instances = instances
        self.labels = labels
        self.voxels = voxels
    }

    /// The objects in `segmentation`; instances that have vanished from it are none.
    ///
    /// - Parameter classes: instance id → class id; ids without a class are left out.
    init(segmentation: Volume<Int32>, classes: [Int: Int]) {
        self.init()
        let sizes = segmentation.instanceVoxels()
        var voxels: [Int] = []
        for (id, box) in segmentation.instanceBoxes() {
            guard let label = classes[id] else { continue }
            boxes.append(box.flat().map { Int($0) })
            instances.append(id)
            labels.append(label)
            voxels.append(sizes[id] ?? 0)
        }
        self.voxels = voxels
    }

    public var count: Int { instances.count }

    /// Smallest and largest coordinates of box `index` per axis.
    public func bounds(_ index: Int) -> (lower: SIMD3<Int>, upper: SIMD3<Int>) {
        let box = boxes[index]
        return (SIMD3(box[0], box[1], box[4]), SIMD3(box[2], box[3], box[5]))
    }

    /// - Parameter size: voxels of the preprocessed array.
    /// - Throws: `Problem` naming the file at `url` and the key whose entries do not belong to objects with a voxel in the array.
    func check(_ url: URL, size: SIMD3<Int>) throws {
        let remedy = "run 'nndet prep' again"
        guard boxes.count == count, labels.count == count else {
            throw Problem(url, "'boxes', 'instances' and 'labels' are not of one length", remedy: remedy)
        }
        let index = boxes.indices.first { index in
            guard boxes[index].count == 6 else { return true }
            let (lower, upper) = bounds(index)
            return !(all(lower .>= -1) && all(lower .< size) && all(upper .> 0) && all(upper .<= size) && all(upper &- lower .> 1))
        }
        if let index {
            throw Problem(
                url, "'boxes' has \(boxes[index].prefix(7)), which holds no voxel of \(size.x) × \(size.y) × \(size.z)", remedy: remedy)
        }
    }

    package static func file(_ id: String, in folder: URL) -> URL { folder.appendingPathComponent("\(id)_boxes.json") }
}

extension Volume<Int32> {
    /// Voxels of each instance (values > 0).
    func instanceVoxels() -> [Int: Int] {
        var counts: [Int: Int] = [:]
        voxels.withUnsafeBufferPointer { values in
            var position = 0
            while position < values.count {
                let value = values[position]
                let start = position
                while position < values.count, values[position] == value { position += 1 }
                if value > 0 { counts[Int(value), default: 0] += position - start }
            }
        }
        return counts
    }
}
