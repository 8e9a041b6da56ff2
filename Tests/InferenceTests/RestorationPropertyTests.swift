import Boxes
import Core
import Imaging
import Inference
import Support
import Testing

/// Boxes in millimetres do not depend on the grid that an image is stored on.
@Suite struct RestorationPropertyTests {
    /// An image that preprocessing brings to the network's grid: other voxels, order and directions of the axes, and a margin that is cropped.
    private func image(
        of network: Geometry, transposeForward: [Int], dimension: Int, using random: inout SeededGenerator
    ) throws -> (properties: CaseProperties, restoration: Restoration) {
        let axes = SIMD3(transposeForward[0], transposeForward[1], transposeForward[2])
        let backward = (0..<3).map { axis in transposeForward.firstIndex(of: axis) ?? 0 }
        // Undo transposition, resampling, cropping and reorientation, by what the geometry alone says of them.
        var grid = network.reoriented(axes: SIMD3(backward[0], backward[1], backward[2]), flips: [false, false, false])
        var (size, lower, margin) = (SIMD3<Int>.one, SIMD3<Int>.zero, SIMD3<Int>.zero)
        for axis in 0..<dimension {
            // From a tenth to four times as many voxels: also slices thicker than the objects.
            let count = Double(grid.size[axis]) * random.uniform(0.1, 4)
            size[axis] = max(1, Int(count.rounded()))
            (lower[axis], margin[axis]) = (random.integer(in: 0..<12), random.integer(in: 0..<12))
        }
        grid = grid.resampled(to: size).cropped(.zero &- lower, size &+ margin)
        var source = Array(0..<dimension).shuffled(using: &random) + Array(dimension..<3)
        if random.chance(0.2) { source = [0, 1, 2] }
        let flipped = (0..<3).map { axis in axis < dimension && random.chance(0.5) }
        let map = AxisMap(source: SIMD3(source[0], source[1], source[2]), flipped: flipped)
        var inverse = AxisMap.identity
        for axis in 0..<3 {
            inverse.source[source[axis]] = axis
            inverse.flipped[source[axis]] = flipped[axis]
        }
        let raw = grid.reoriented(axes: inverse.source, flips: inverse.flipped)
        var properties = CaseProperties(
            caseID: "case", geometry: raw, orientation: map, cropLower: lower, cropUpper: lower &+ size)
        properties.sizeAfterResampling = network.size
        properties.spacingAfterResampling = network.spacing
        // Forward again, by the properties: the network's grid.
        let forward = raw.reoriented(axes: map.source, flips: map.flipped).cropped(properties.cropLower, properties.cropUpper)
            .reoriented(axes: axes, flips: [false, false, false]).resampled(to: network.size)
        let (shift, stretch) = (forward.origin - network.origin, forward.spacing - network.spacing)
        #expect(forward.size == network.size && (shift * shift).sum() < 1e-12 && (stretch * stretch).sum() < 1e-18)
        return (properties, try Restoration(properties: properties, plan: plan(transposeBackward: backward, dim: dimension)))
    }

    private func rotation(using random: inout SeededGenerator) -> [Double] {
        // Of a random unit quaternion.
        var q = SIMD4<Double>((0..<4).map { _ in random.uniform(-1, 1) })
        q /= (q * q).sum().squareRoot()
        return [
            1 - 2 * (q.y * q.y + q.z * q.z), 2 * (q.x * q.y - q.z * q.w), 2 * (q.x * q.z + q.y * q.w),
            2 * (q.x * q.y + q.z * q.w), 1 - 2 * (q.x * q.x + q.z * q.z), 2 * (q.y * q.z - q.x * q.w),
            2 * (q.x * q.z - q.y * q.w), 2 * (q.y * q.z + q.x * q.w), 1 - 2 * (q.x * q.x + q.y * q.y),
        ]
    }

    /// Boxes of all sizes in and around a grid, also of less than a voxel.
    private func boxes(in size: SIMD3<Int>, dimension: Int, using random: inout SeededGenerator) -> [Box] {
        (0..<20).map { index in
            var (lower, upper) = (SIMD3<Float>.zero, SIMD3<Float>(0, 0, 1))
            for axis in 0..<dimension {
                let length = index < 4 ? random.uniform(0, 1) : random.uniform(1, Double(size[axis]) + 1)
                let start = random.uniform(-1, max(-0.9, Double(size[axis]) - length))
                lower[axis] = Float(start)
                upper[axis] = Float(start + length)
            }
            return Box(lower: lower, upper: upper)
        }
    }

    /// The same place and the same lengths along the same directions.
    private func expectEqual(_ found: WorldBox, _ wanted: WorldBox, dimension: Int, _ comment: Comment) {
        let shift = found.center - wanted.center
        #expect((shift * shift).sum().squareRoot() < 1e-3, comment)
        for axis in 0..<dimension {
            let other = (0..<3).first { abs(abs((found.axes[axis] * wanted.axes[$0]).sum()) - 1) < 1e-9 }
            guard let other else {
                Issue.record("axis \(axis) has another direction: \(comment)")
                continue
            }
            #expect(abs(found.size[axis] - wanted.size[other]) < 1e-3, comment)
        }
    }

    /// What the network finds is at the same place and of the same size in millimetres in whatever image its input came from, and in its input as
    /// an image.
    @Test(arguments: 0..<100)
    func boxesInMillimetresDoNotDependOnTheImage(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let size = SIMD3((0..<3).map { _ in random.integer(in: 1..<100) })
        let network = Geometry(
            size: size, spacing: SIMD3((0..<3).map { _ in random.uniform(0.3, 3) }),
            origin: SIMD3((0..<3).map { _ in random.uniform(-300, 300) }), direction: rotation(using: &random))
        let boxes = boxes(in: size, dimension: 3, using: &random)
        let transposed = [0, 1, 2].shuffled(using: &random)
        for pass in 0..<4 {
            let (properties, restoration) = try image(of: network, transposeForward: transposed, dimension: 3, using: &random)
            let restored = restoration.imageSpace(Detections(boxes: boxes, scores: boxes.map { _ in 1 }, labels: boxes.map { _ in 0 }))
            for (index, box) in restored.boxes.enumerated() {
                #expect(any(box.lower .> box.upper) == false)
                expectEqual(
                    WorldBox(box, in: properties.geometry), WorldBox(boxes[index], in: network), dimension: 3,
                    "image \(pass), box \(boxes[index])")
            }
        }
    }

    @Test(arguments: 0..<50)
    func flatImages(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let size = SIMD3(random.integer(in: 1..<100), random.integer(in: 1..<100), 1)
        let network = Geometry(
            planarSize: (size.x, size.y), spacing: (random.uniform(0.3, 3), random.uniform(0.3, 3)),
            origin: (random.uniform(-300, 300), random.uniform(-300, 300)))
        let boxes = boxes(in: size, dimension: 2, using: &random)
        for pass in 0..<4 {
            let (properties, restoration) = try image(of: network, transposeForward: [0, 1, 2], dimension: 2, using: &random)
            #expect(properties.geometry.isPlanar)
            for box in boxes {
                let restored = restoration.imageSpace(box)
                #expect(restored.lower.z == 0 && restored.upper.z == 1)
                expectEqual(
                    WorldBox(restored, in: properties.geometry, dimension: 2), WorldBox(box, in: network, dimension: 2), dimension: 2,
                    "image \(pass), box \(box)")
            }
        }
    }

    /// On the network's own grid, boxes stay as they are.
    @Test func imagesOfThePlansSpacing() throws {
        var random = SeededGenerator(seed: 9)
        let grid = Geometry(size: SIMD3(40, 50, 60), spacing: SIMD3(1, 0.7, 0.7))
        var properties = CaseProperties(caseID: "case", geometry: grid, cropLower: .zero, cropUpper: grid.size)
        properties.sizeAfterResampling = grid.size
        properties.spacingAfterResampling = grid.spacing
        let restoration = try Restoration(properties: properties, plan: plan(transposeBackward: [0, 1, 2]))
        for box in boxes(in: grid.size, dimension: 3, using: &random).dropFirst(4) { #expect(restoration.imageSpace(box) == box) }
    }
}
