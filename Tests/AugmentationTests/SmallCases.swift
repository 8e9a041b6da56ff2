import Augmentation
import Core
import Foundation
import Preprocessing
import Support
import TestSupport
import Testing

/// The unpacked cases of a small task: two with objects, one without, one smaller than the patch.
enum SmallCases {
    static func with(_ body: ([PreprocessedCase], URL) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let fixture = try TaskFixture(in: folder, modalities: ["MRI", "MRI"])
            try fixture.add(
                "a", shape: SIMD3(20, 18, 16),
                objects: [.init(SIMD3(2, 3, 4), SIMD3(6, 7, 8)), .init(SIMD3(15, 12, 9), SIMD3(17, 15, 12), label: 1)],
                seed: 1)
            try fixture.add("b", shape: SIMD3(14, 22, 15), objects: [.init(SIMD3(1, 1, 1), SIMD3(13, 4, 3), label: 1)], margin: 1, seed: 2)
            try fixture.add("empty", shape: SIMD3(15, 15, 15), seed: 3)
            try fixture.add("small", shape: SIMD3(6, 20, 7), objects: [.init(SIMD3(0, 9, 2), SIMD3(6, 12, 5))], seed: 4)
            let plan = Plan.fixture(schemes: ["nonCT", "nonCT"])
            try Cropper(task: fixture.task, orientation: nil).run()
            try Preprocessor(plan: plan).run(fixture.task)
            let images = fixture.task.preprocessedImages(plan.dataIdentifier, .train)
            try Unpacked.run(images)
            #expect(try PreprocessedCase.ids(in: images) == ["a", "b", "empty", "small"])
            try body(PreprocessedCase.ids(in: images).map { try PreprocessedCase($0, in: images) }, images)
        }
    }
}
