import Augmentation
import Boxes
import Core
import Support
import Training

/// Patches of noise with one bright cube each, solid (class 0) or with a tunnel along axis 0 (class 1).
struct SquareBatches: BatchStream {
    final class Position { var next: Int; init(_ next: Int) { self.next = next } }

    let seed: UInt64
    let patch: Int
    let objectSize: Range<Int>
    let batchSize: Int
    let position: Position

    init(seed: UInt64, first: Int, patch: Int, objectSize: Range<Int>, batchSize: Int) {
        self.seed = seed
        self.patch = patch
        self.objectSize = objectSize
        self.batchSize = batchSize
        position = Position(first)
    }

    var processorSeconds: Double { 0 }

    func next() throws -> Batch {
        var generator = SeededGenerator(seed: seed).split(UInt64(position.next))
        position.next += 1
        var batch = Batch(images: [], segmentation: [], truths: [], size: SIMD3(repeating: patch), keys: [])
        for index in 0..<batchSize {
            let size = generator.integer(in: objectSize)
            let label = generator.integer(in: 0..<2)
            let start = SIMD3(
                generator.integer(in: 0..<patch - size), generator.integer(in: 0..<patch - size), generator.integer(in: 0..<patch - size))
            let wall = max(1, size / 6)
            for i in 0..<patch {
                for j in 0..<patch {
                    for k in 0..<patch {
                        let p = SIMD3(i, j, k) &- start
                        let inside = (0..<size).contains(p.x) && (0..<size).contains(p.y) && (0..<size).contains(p.z)
                        let hole = label == 1 && (wall..<size - wall).contains(p.y) && (wall..<size - wall).contains(p.z)
                        let value = min(1, Float(generator.uniform()) + (inside && !hole ? 0.4 : 0))
                        batch.images.append((value - 0.5) / 0.29)
                        batch.segmentation.append(inside && !hole ? 1 : 0)
                    }
                }
            }
            let lower = SIMD3<Float>(start) - 1
            batch.truths.append(GroundTruth(boxes: [Box(lower: lower, upper: lower + Float(size) + 1)], labels: [label]))
            batch.instances.append([1])
            batch.keys.append("square_\(position.next)_\(index)")
        }
        return batch
    }
}
