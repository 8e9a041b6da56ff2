import Boxes
import Core
import Imaging
import Inference
import Support
import Testing

@Suite struct RestorationTests {
    private let box = Box(lower: SIMD3(10, 20, 5), upper: SIMD3(30, 40, 15))

    private func properties(sizeAfterResampling: SIMD3<Int>?) -> CaseProperties {
        var properties = CaseProperties(
            caseID: "case", geometry: Geometry(size: SIMD3(60, 60, 60), spacing: SIMD3(1, 2, 0.5)), cropLower: SIMD3(3, 4, 5),
            cropUpper: SIMD3(43, 34, 53))
        properties.sizeAfterResampling = sizeAfterResampling
        properties.spacingAfterResampling = SIMD3(1.5, 0.8, 0.6)
        return properties
    }

    @Test func originalScalesBySpacingAlone() throws {
        let restoration = try Restoration(
            properties: properties(sizeAfterResampling: nil), plan: plan(transposeBackward: [1, 0, 2]), referenceBehaviour: true)
        let restored = restoration.imageSpace(Detections(boxes: [box], scores: [0.5], labels: [3]))
        let expected: [Float] = [19, 11.5, 35, 26.5, 11, 23]
        for (mine, theirs) in zip(restored.boxes[0].flat(), expected) { #expect(abs(mine - theirs) < 1e-4) }
        #expect(restored.scores == [0.5] && restored.labels == [3])
    }

    @Test func oursMovesFacesAboutVoxelCentres() throws {
        // 40 × 30 × 48 voxels of (1, 2, 0.5) mm are 50 × 40 × 40 of (0.8, 1.5, 0.6), stored with axes 0 and 1 exchanged.
        let restoration = try Restoration(
            properties: properties(sizeAfterResampling: SIMD3(40, 50, 40)), plan: plan(transposeBackward: [1, 0, 2]))
        let restored = restoration.imageSpace(box)
        let scales: [Double] = [0.8, 0.75, 1.2]
        let original: [(lower: Double, upper: Double)] = [(19, 35), (11.5, 26.5), (11, 23)]
        for axis in 0..<3 {
            // Centres move by half the difference of the voxels, faces by as much of the margin too.
            let margin = (scales[axis] - 1) / 2
            #expect(abs(Double(restored.lower[axis]) - (original[axis].lower + 2 * margin)) < 1e-4)
            #expect(abs(Double(restored.upper[axis]) - original[axis].upper) < 1e-4)
        }
    }

    @Test func caseThatIsNotPreprocessedIsNamed() {
        #expect { try Restoration(properties: properties(sizeAfterResampling: nil), plan: plan(transposeBackward: [0, 1, 2])) } throws: {
            "\($0)".contains("case case") && "\($0)".contains("preprocessed")
        }
        #expect(throws: Problem.self) {
            try Restoration(properties: properties(sizeAfterResampling: .one), plan: plan(transposeBackward: [0, 0, 2]))
        }
    }

    @Test func planeStaysAPlane() throws {
        var properties = CaseProperties(
            caseID: "flat", geometry: Geometry(size: SIMD3(40, 60, 1), spacing: SIMD3(1, 2, 1)),
            orientation: AxisMap(source: SIMD3(1, 0, 2), flipped: [true, false, false]), cropLower: SIMD3(10, 5, 0),
            cropUpper: SIMD3(50, 35, 1))
        properties.sizeAfterResampling = SIMD3(80, 15, 1)
        let restoration = try Restoration(properties: properties, plan: plan(transposeBackward: [0, 1, 2], dim: 2))
        let restored = restoration.imageSpace(Box(lower: SIMD3(0.5, 2, 0), upper: SIMD3(2.5, 4, 1)))
        // Axis 0: faces 1 and 2 in halves of 40 voxels are 0.25 and 0.75 from 10 on, mirrored among 60 48.25 and 48.75. Axis 1: faces 2.5 and 3.5
        // are 5.5 and 7.5, from 5 on 10.5 and 12.5.
        #expect(restored == Box(lower: SIMD3(10, 47.75, 0), upper: SIMD3(13, 49.25, 1)))
    }

    /// Thick slices and a plan of 1 mm: an object of whole slices keeps its box and its size.
    @Test(arguments: [5, 24]) func thickSlices(thickness: Int) throws {
        let image = Geometry(size: SIMD3(20, 30, 40), spacing: SIMD3(Double(thickness), 1, 1), origin: SIMD3(-20, 5, 90))
        var properties = CaseProperties(caseID: "case", geometry: image, cropLower: .zero, cropUpper: image.size)
        properties.sizeAfterResampling = SIMD3(20 * thickness, 30, 40)
        properties.spacingAfterResampling = .one
        var labels = Volume<Int32>(shape: image.size, filledWith: 0)
        for (slice, id) in [(3, Int32(1)), (7, 2), (8, 2), (0, 3), (19, 4)] {
            for j in 10..<14 { for k in Int(id) * 8..<Int(id) * 8 + 5 { labels[slice, j, k] = id } }
        }
        let network = labels.resampledNearest(to: SIMD3(20 * thickness, 30, 40)).instanceBoxes()
        let restoration = try Restoration(properties: properties, plan: plan(transposeBackward: [0, 1, 2]))
        let restored = network.map { restoration.imageSpace($0.box) }
        #expect(restored == labels.instanceBoxes().map(\.box))
        let sizes = restored.map { WorldBox($0, in: image).size }
        #expect(sizes == [1, 2, 1, 1].map { SIMD3(Double($0 * thickness), 4, 5) })
        // The original enlarges thick slices by as many voxels as thin ones: boxes are smaller by the difference, down to nothing.
        let original = try Restoration(properties: properties, plan: plan(transposeBackward: [0, 1, 2]), referenceBehaviour: true)
        for (box, size) in zip(network, sizes) {
            let found = WorldBox(original.imageSpace(box.box), in: image).size
            #expect(abs(size.x - found.x - Double(thickness - 1)) < 1e-4 && found.y == 4 && found.z == 5)
        }
    }

    /// An object thinner than a slice: 20 mm in slices of 24 mm, 3 mm in slices of 5 mm.
    @Test(arguments: [(24, 20), (5, 3)]) func objectsThinnerThanASlice(thickness: Int, extent: Int) throws {
        let image = Geometry(size: SIMD3(10, 8, 8), spacing: SIMD3(Double(thickness), 1, 1))
        var properties = CaseProperties(caseID: "case", geometry: image, cropLower: .zero, cropUpper: image.size)
        properties.sizeAfterResampling = SIMD3(10 * thickness, 8, 8)
        properties.spacingAfterResampling = .one
        let found = Box(lower: SIMD3(Float(thickness) + 1, 1, 1), upper: SIMD3(Float(thickness + extent) + 2, 4, 5))
        let restored = try Restoration(properties: properties, plan: plan(transposeBackward: [0, 1, 2])).imageSpace(found)
        let place = WorldBox(restored, in: image)
        #expect(abs(place.size.x - Double(extent)) < 1e-4 && place.size.y == 2 && place.size.z == 3)
        // The first voxel of the network's grid begins at the outer face of the first slice.
        let first = Double(thickness) + 2 - Double(thickness) / 2
        #expect(abs(place.lower.z - first) < 1e-4 && abs(place.upper.z - first - Double(extent)) < 1e-4)
        let map = Detections(boxes: [restored], scores: [1], labels: [0]).painted(shape: image.size, dimension: 3).map
        #expect(map.instanceBoxes().map(\.box) == [Box(lower: SIMD3(0, 1, 1), upper: SIMD3(2, 4, 5))])
    }

    @Test func boxesWithoutExtentStayInTheirPlace() throws {
        // Voxels of a fifth along axis 0; the box is shorter than a voxel of the network on every axis.
        let restoration = try Restoration(
            properties: properties(sizeAfterResampling: SIMD3(200, 30, 48)), plan: plan(transposeBackward: [0, 1, 2]))
        let restored = restoration.imageSpace(Box(lower: SIMD3(7, 3.25, 4), upper: SIMD3(7.5, 3.75, 4)))
        let center = SIMD3<Double>((7.25 + 0.5) / 5 - 0.5 + 3, 3.5 + 4, 4 + 5)
        for axis in 0..<3 {
            #expect(abs(restored.size[axis] - 1) < 1e-5 && abs(Double(restored.center[axis]) - center[axis]) < 1e-5)
        }
    }

    /// Moves the faces of an object as preprocessing moves voxels: reorient, crop, transpose, resample.
    private func forward(_ box: Box, _ properties: CaseProperties, _ transposeForward: [Int]) -> Box {
        func corners(_ box: Box, _ map: (Double, Int) -> Double) -> Box {
            var result = box
            for axis in 0..<3 {
                let ends = [map(Double(box.lower[axis]), axis), map(Double(box.upper[axis]), axis)].sorted()
                result.lower[axis] = Float(ends[0])
                result.upper[axis] = Float(ends[1])
            }
            return result
        }
        func permuted(_ box: Box, _ axes: [Int]) -> Box {
            Box(
                lower: SIMD3(box.lower[axes[0]], box.lower[axes[1]], box.lower[axes[2]]),
                upper: SIMD3(box.upper[axes[0]], box.upper[axes[1]], box.upper[axes[2]]))
        }
        let map = properties.orientation
        let reoriented = corners(permuted(box, [map.source.x, map.source.y, map.source.z])) { c, axis in
            map.flipped[axis] ? Double(properties.sizeBeforeCropping[axis] - 1) - c : c
        }
        let cropped = corners(reoriented) { c, axis in c - Double(properties.cropLower[axis]) }
        let resampled = properties.sizeAfterResampling ?? .one
        return corners(permuted(cropped, transposeForward)) { c, axis in
            (c + 0.5) * Double(resampled[axis]) / Double(properties.sizeAfterCropping[transposeForward[axis]]) - 0.5
        }
    }

    @Test(arguments: 0..<100)
    func undoesPreprocessingOnAnyGeometry(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let source = [0, 1, 2].shuffled(using: &random)
        let transposed = [0, 1, 2].shuffled(using: &random)
        let size = SIMD3(random.integer(in: 20..<60), random.integer(in: 20..<60), random.integer(in: 20..<60))
        let map = AxisMap(source: SIMD3(source[0], source[1], source[2]), flipped: (0..<3).map { _ in random.chance(0.5) })
        let reoriented = map.applied(to: size)
        let lower = SIMD3(random.integer(in: 0..<8), random.integer(in: 0..<8), random.integer(in: 0..<8))
        let upper = SIMD3((0..<3).map { random.integer(in: lower[$0] + 6..<reoriented[$0] + 1) })
        var properties = CaseProperties(
            caseID: "case", geometry: Geometry(size: size, spacing: SIMD3(1, 2, 3)), orientation: map, cropLower: lower, cropUpper: upper)
        properties.sizeAfterResampling = SIMD3(random.integer(in: 5..<90), random.integer(in: 5..<90), random.integer(in: 5..<90))
        let backward = (0..<3).map { axis in transposed.firstIndex(of: axis) ?? 0 }

        func coordinates() -> SIMD3<Float> { SIMD3((0..<3).map { _ in Float(random.uniform(-1, 20)) }) }
        let corner = coordinates()
        let box = Box(lower: corner, upper: corner + coordinates() + 2)
        let faces = ObjectBounds(box, dimension: 3)
        let moved = forward(Box(lower: SIMD3<Float>(faces.lower), upper: SIMD3<Float>(faces.upper)), properties, transposed)
        let network = ObjectBounds(lower: SIMD3<Double>(moved.lower), upper: SIMD3<Double>(moved.upper)).box(dimension: 3)
        let restored = try Restoration(properties: properties, plan: plan(transposeBackward: backward)).imageSpace(network)
        for (mine, theirs) in zip(restored.flat(), box.flat()) { #expect(abs(mine - theirs) < 1e-3) }
    }
}
