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

    @Test func oursAddsTheHalfVoxel() throws {
        // 40 × 30 × 48 voxels of (1, 2, 0.5) mm are 50 × 40 × 40 of (0.8, 1.5, 0.6), stored with axes 0 and 1 exchanged.
        let restoration = try Restoration(
            properties: properties(sizeAfterResampling: SIMD3(40, 50, 40)), plan: plan(transposeBackward: [1, 0, 2]))
        let restored = restoration.imageSpace(box)
        let expected: [Float] = [19 - 0.1, 11.5 - 0.125, 35 - 0.1, 26.5 - 0.125, 11 + 0.1, 23 + 0.1]
        for (mine, theirs) in zip(restored.flat(), expected) { #expect(abs(mine - theirs) < 1e-4) }
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
        let restored = restoration.imageSpace(Box(lower: SIMD3(0.5, 2, 0), upper: SIMD3(2.5, 3, 1)))
        // Axis 0: halves of 40 voxels from 10 on, then mirrored among 60: 0.5 → 10 → 49, 2.5 → 11 → 48. Axis 1: doubled, from 5.
        #expect(restored == Box(lower: SIMD3(9.5, 48, 0), upper: SIMD3(11.5, 49, 1)))
    }

    /// Moves coordinates as preprocessing moves voxels: reorient, crop, transpose, resample.
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
        let restored = try Restoration(properties: properties, plan: plan(transposeBackward: backward))
            .imageSpace(forward(box, properties, transposed))
        for (mine, theirs) in zip(restored.flat(), box.flat()) { #expect(abs(mine - theirs) < 1e-3) }
    }
}
