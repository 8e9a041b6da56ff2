import Core
import Foundation
import Imaging
import Preprocessing
import Support
import TestSupport
import Testing

@Suite struct UnpackedTests {
    /// A task of one case, preprocessed; `body` gets the folder of its arrays and a way to preprocess again from other noise.
    private func withCase(_ body: (_ images: URL, _ again: (UInt64) throws -> Void) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let fixture = try TaskFixture(in: folder, modalities: ["MRI", "MRI"])
            let plan = Plan.fixture(schemes: ["nonCT", "nonCT"])
            func make(_ seed: UInt64) throws {
                try fixture.add("a", shape: SIMD3(6, 7, 8), objects: [.init(SIMD3(1, 2, 3), SIMD3(3, 4, 5))], seed: seed)
                try Cropper(task: fixture.task, orientation: nil).run()
                try Preprocessor(plan: plan).run(fixture.task)
            }
            try make(1)
            try body(fixture.task.preprocessedImages(plan.dataIdentifier, .train), make)
        }
    }

    @Test func arraysArePlainFilesThatFollowTheArchive() throws {
        try withCase { images, again in
            #expect(try Unpacked.run(images) == StageSummary(done: 1))
            #expect(try Unpacked.run(images) == StageSummary(unchanged: 1))
            let packed = try NPZ.read(images.appendingPathComponent("a.npz"))
            #expect(try NPYArray.read(images.appendingPathComponent("a.npy")) == packed["data"])
            #expect(try NPYArray.read(images.appendingPathComponent("a_seg.npy")) == packed["seg"])
            // Other content behind the same names.
            try again(2)
            #expect(throws: Problem.self) { try PreprocessedCase("a", in: images) }
            #expect(try Unpacked.run(images) == StageSummary(done: 1))
            #expect(try NPYArray.read(images.appendingPathComponent("a.npy")) != packed["data"])
            try FileManager.default.removeItem(at: images.appendingPathComponent("a_seg.npy"))
            #expect(try Unpacked.run(images) == StageSummary(done: 1))
        }
    }

    @Test(arguments: [
        [Int.max, 1, 4, 4, 2, 5], [0, 1, .min, 4, 2, 5], [0, 1, 1, 4, 2, 5], [-2, 1, 3, 4, 2, 5], [0, 1, 3, 4, 2, 9], [0, 1, 3],
    ])
    func candidatesWithoutAVoxelAreNamed(box: [Int]) throws {
        try withCase { images, _ in
            try Unpacked.run(images)
            #expect(try PreprocessedCase("a", in: images).candidates.bounds(0) == (SIMD3(0, 1, 2), SIMD3(3, 4, 5)))
            let file = images.appendingPathComponent("a_boxes.json")
            try JSONFile.write(Candidates(boxes: [box], instances: [1], labels: [0]), to: file)
            #expect { try PreprocessedCase("a", in: images) } throws: { "\($0)".contains("a_boxes.json: 'boxes'") }
        }
    }

    @Test func whatIsMissingOrBrokenIsNamed() throws {
        try withCase { images, _ in
            let missing = #expect(throws: Problem.self) { try PreprocessedCase("a", in: images) }
            #expect(missing?.remedy?.contains("unpack") == true)
            #expect(throws: Problem.self) { try Unpacked.run(images.appendingPathComponent("nowhere")) }
            let file = images.appendingPathComponent("a.npz")
            let data = try Data(contentsOf: file)
            try data.prefix(data.count / 2).write(to: file)
            let broken = #expect(throws: Problem.self) { try Unpacked.run(images) }
            #expect(broken?.subject.contains("a.npz") == true)
            #expect(!FileManager.default.fileExists(atPath: images.appendingPathComponent("a.npy").path))
        }
    }

    @Test(arguments: [SIMD3(0, 0, 0), SIMD3(-2, 3, -3), SIMD3(4, -5, 6), SIMD3(-9, 0, 0), SIMD3(0, 0, 20)])
    func patchesReachOutsideOfTheImage(origin: SIMD3<Int>) throws {
        try withCase { images, _ in
            try Unpacked.run(images)
            let patient = try PreprocessedCase("a", in: images)
            #expect(patient.channels == 2)
            let packed = try NPZ.read(images.appendingPathComponent("a.npz"))
            let data = try #require(packed["data"]).floats()
            let labels = try #require(packed["seg"]).int32s()
            let (size, shape) = (SIMD3(5, 4, 6), patient.shape)
            var values = [Float](repeating: .nan, count: 2 * 120)
            var ids = [Int32](repeating: 99, count: 120)
            patient.withPatch(origin: origin, size: size) { patch in
                for (channel, image) in patch.images.enumerated() {
                    values.withUnsafeMutableBufferPointer { values in
                        if let first = values.baseAddress { image.copy(size: size, to: first + channel * 120) }
                    }
                }
                patch.labels.copy(size: size, to: &ids)
            }
            for i in 0..<size.x {
                for j in 0..<size.y {
                    for k in 0..<size.z {
                        let voxel = origin &+ SIMD3(i, j, k)
                        let inside = (0..<3).allSatisfy { voxel[$0] >= 0 && voxel[$0] < shape[$0] }
                        let source = (voxel.x * shape.y + voxel.y) * shape.z + voxel.z
                        let target = (i * size.y + j) * size.z + k
                        #expect(ids[target] == (inside ? labels[source] : -1))
                        for channel in 0..<2 {
                            #expect(values[channel * 120 + target] == (inside ? data[channel * shape.x * shape.y * shape.z + source] : 0))
                        }
                    }
                }
            }
        }
    }
}
