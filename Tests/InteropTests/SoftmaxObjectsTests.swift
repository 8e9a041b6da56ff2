import Boxes
import Core
import Foundation
import Imaging
import Interop
import Support
import TestSupport
import Testing

/// Probabilities become objects.
@Suite struct SoftmaxObjectsTests {
    /// Probabilities of `classes` classes, background 1 where nothing else is said.
    private func probabilities(_ shape: SIMD3<Int>, classes: Int, _ values: [(SIMD3<Int>, [Float])]) -> NNUNetProbabilities {
        var channels = (0...classes).map { Volume<Float>(shape: shape, filledWith: $0 == 0 ? 1 : 0) }
        for (place, numbers) in values {
            for (label, value) in numbers.enumerated() { channels[label + 1][place.x, place.y, place.z] = value }
            channels[0][place.x, place.y, place.z] = 1 - numbers.reduce(0, +)
        }
        return NNUNetProbabilities(channels: channels)
    }

    /// Two objects of one class: 3 voxels in a row and a single one, which the original cannot tell apart with a threshold.
    private var oneClass: NNUNetProbabilities {
        probabilities(
            SIMD3(4, 5, 6), classes: 1,
            [
                (SIMD3(1, 1, 1), [0.6]), (SIMD3(1, 1, 2), [0.9]), (SIMD3(1, 1, 3), [0.7]), (SIMD3(3, 4, 5), [0.45]),
            ])
    }

    @Test func oneClassWithAndWithoutThreshold() {
        let plain = oneClass.objects(threshold: nil, things: 1).objects
        #expect(plain.objects.map(\.voxels) == [3])
        let low = oneClass.objects(threshold: 0.4, things: 1)
        #expect(low.objects.objects.map(\.voxels) == [3, 1] && low.objects.objects.map(\.label) == [0, 0])
        #expect(low.components.voxels.max() == 2)
        #expect(oneClass.objects(threshold: 0.65, things: 1).objects.objects.map(\.voxels) == [2])
        // As NumPy, in single precision: 0.6 is not more than 0.6.
        #expect(oneClass.objects(threshold: 0.6, things: 1).objects.objects.map(\.voxels) == [2])
        let found = low.objects.detections(NNUNetSettings(minVoxels: 0, minThreshold: 0.4))
        #expect(found.boxes[0] == Box(lower: SIMD3(0, 0, 0), upper: SIMD3(2, 2, 4)))
        #expect(found.boxes[1] == Box(lower: SIMD3(2, 3, 4), upper: SIMD3(4, 5, 6)))
        #expect(found.scores == [0.9, 0.45])
        #expect(low.objects.detections(NNUNetSettings(minVoxels: 1)).count == 2)
        #expect(low.objects.detections(NNUNetSettings(minVoxels: 2)).count == 1)
    }

    @Test func scores() {
        let object = oneClass.objects(threshold: nil, things: 1).objects
        func score(_ aggregation: NNUNetSettings.Aggregation) -> Float {
            object.detections(NNUNetSettings(aggregation: aggregation, minVoxels: 0)).scores[0]
        }
        #expect(score(.max) == 0.9 && score(.median) == 0.7)
        #expect(abs(score(.mean) - 2.2 / 3) < 1e-6)
        // numpy.percentile([.6, .7, .9], 95) = .7 + .9 · .2
        #expect(abs(score(.percentile95) - 0.88) < 1e-6)
    }

    @Test func classesAreVotedForAndStuffIsBackground() {
        let shape = SIMD3(1, 1, 6)
        let mixed = probabilities(
            shape, classes: 3,
            [
                (SIMD3(0, 0, 0), [0.6, 0.2, 0]), (SIMD3(0, 0, 1), [0.2, 0.7, 0]), (SIMD3(0, 0, 2), [0.1, 0.8, 0]),
                (SIMD3(0, 0, 3), [0.1, 0, 0.9]), (SIMD3(0, 0, 5), [0.51, 0, 0.49]),
            ])
        let all = mixed.objects(threshold: nil, things: 3).objects
        #expect(all.objects.map(\.voxels) == [4, 1] && all.objects.map(\.label) == [1, 0])
        // The third class is stuff.
        let things = mixed.objects(threshold: nil, things: 2).objects
        #expect(things.objects.map(\.voxels) == [3, 1] && things.objects.map(\.label) == [1, 0])
        // The score is the voted class's alone.
        #expect(things.detections(NNUNetSettings(minVoxels: 0)).scores == [0.8, 0.51])
        // With a threshold, stuff that is the largest still wins the voxel.
        let low = mixed.objects(threshold: 0.05, things: 2).objects
        #expect(low.objects.map(\.voxels) == [3, 1])
        #expect(mixed.labels(threshold: 0.75, things: 3).voxels == [0, 0, 2, 3, 0, 0])
        // Of equal numbers of voxels the smaller class is taken.
        let tie = probabilities(shape, classes: 2, [(SIMD3(0, 0, 0), [0.3, 0.6]), (SIMD3(0, 0, 1), [0.6, 0.3])])
        #expect(tie.objects(threshold: nil, things: 2).objects.objects.map(\.label) == [0])
    }

    @Test func theMapHasTheNumbersOfTheDetections() {
        let (objects, components) = oneClass.objects(threshold: 0.4, things: 1)
        let all = objects.instances(components, NNUNetSettings(minVoxels: 0))
        #expect(all.map[1, 1, 2] == 1 && all.map[3, 4, 5] == 2 && all.detections.count == 2)
        let large = objects.instances(components, NNUNetSettings(minVoxels: 2))
        #expect(large.map[3, 4, 5] == 0 && large.detections.count == 1 && large.map.voxels.max() == 1)
    }

    @Test func filesAreRestoredAndJoined() throws {
        try withTemporaryFolder { folder in
            let shape = SIMD3(4, 5, 6)
            // Version 1: cropped, in half precision.
            let first = folder.appendingPathComponent("a/case.npz")
            let half: [Float16] = [0.5, 1, 0.25, 0.5, 0, 0.75]
            try NPZ.write(
                ["softmax": NPYArray(scalar: .float16, shape: [2, 1, 1, 3], bytes: half.withUnsafeBytes { .init($0) })], to: first)
            let crop = TestPickle.map(["crop_bbox": [[2, 9], [1, 2], [3, 6]], "original_size_of_raw_data": [[4, 5, 6]]])
            try AtomicFile.write(crop, to: folder.appendingPathComponent("a/case.pkl"))
            // Version 2: whole.
            let second = folder.appendingPathComponent("b/case.npz")
            var whole = [Float](repeating: 0, count: 240)
            for i in 0..<120 { whole[i] = 1 }
            whole[(2 * 5 + 1) * 6 + 4] = 0.4
            whole[120 + (2 * 5 + 1) * 6 + 4] = 0.6
            try NPZ.write(["probabilities": NPYArray(whole, shape: [2, 4, 5, 6])], to: second)

            let alone = try NNUNetProbabilities.read([first], classes: [1], shape: shape)
            #expect(alone.channels[1][2, 1, 3] == 0.5 && alone.channels[1][2, 1, 5] == 0.75 && alone.channels[0][2, 1, 4] == 1)
            #expect(alone.channels[0][0, 0, 0] == 0 && alone.channels[1].voxels.reduce(0, +) == 1.25)
            let both = try NNUNetProbabilities.read([first, second], classes: [1], shape: shape)
            #expect(both.channels[1][2, 1, 4] == 0.3 && both.channels[1][2, 1, 3] == 0.25 && both.channels[0][0, 0, 0] == 0.5)

            func message(_ files: [URL], _ classes: [Int] = [1], _ shape: SIMD3<Int> = SIMD3(4, 5, 6)) -> String {
                do {
                    _ = try NNUNetProbabilities.read(files, classes: classes, shape: shape)
                    return ""
                } catch { return "\(error)" }
            }
            #expect(message([first], [2, 3]).contains("holds 2 classes with background, 3 or 4 are expected"))
            #expect(message([first], [1], SIMD3(4, 5, 7)).contains("is of an image of 4 × 5 × 6 voxels"))
            #expect(
                message([second], [1], SIMD3(4, 5, 5)).contains(
                    "has probabilities of 4 × 5 × 6 voxels, the image of the task has 4 × 5 × 5"))
            #expect(message([second], [1], SIMD3(4, 5, 7)).contains("has probabilities of 4 × 5 × 6 voxels"))
            let beyond = "(dS'crop_bbox'\n(lI9223372036854775807\naI9\naI0\naI2\naI0\naI6\nas."
            try AtomicFile.write(Data(beyond.utf8), to: folder.appendingPathComponent("a/case.pkl"))
            #expect(message([first]).contains("voxels at 9223372036854775807 × 0 × 0"))
            try FileManager.default.removeItem(at: folder.appendingPathComponent("a/case.pkl"))
            #expect(message([first]).contains("case.pkl"))
            try AtomicFile.write(TestPickle.map(["crop_bbox": [[2, 9]]]), to: folder.appendingPathComponent("a/case.pkl"))
            #expect(message([first]).contains("'crop_bbox'"))
            try NPZ.write(["data": NPYArray(whole, shape: [2, 4, 5, 6])], to: second)
            #expect(message([second]).contains("neither 'softmax'"))
        }
    }
}
