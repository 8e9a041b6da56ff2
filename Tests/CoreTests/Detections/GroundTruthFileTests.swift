import Boxes
import Core
import Foundation
import Support
import TestSupport
import Testing

@Suite struct GroundTruthFileTests {
    @Test func roundTrip() throws {
        try withTemporaryFolder { folder in
            let truth = GroundTruth(boxes: [Box(flat: [-1, 2, 11, 12, 3, 13]), Box(flat: [0, 1, 2, 3, 4, 5])], labels: [2, 0])
            try truth.write("a", in: folder)
            #expect(try GroundTruth.read("a", in: folder) == truth)
            let arrays = try NPZ.read(GroundTruth.file(of: "a", in: folder))
            #expect(arrays["boxes"]?.scalar == .int64 && arrays["boxes"]?.shape == [2, 6])
            #expect(arrays["classes"]?.scalar == .int64)
            try GroundTruth().write("b", in: folder)
            #expect(try GroundTruth.read("b", in: folder) == GroundTruth())
            #expect(GroundTruth.caseIDs(in: folder) == ["a", "b"])
        }
    }

    @Test func fractionsAreKept() throws {
        try withTemporaryFolder { folder in
            let truth = GroundTruth(boxes: [Box(flat: [0.25, 1, 2.5, 3])], labels: [0])
            try truth.write("a", in: folder, dimension: 2)
            #expect(try GroundTruth.read("a", in: folder) == truth)
        }
    }

    /// The original writes `[1, 0]` for a case without objects, and classes as any number.
    @Test func filesOfTheOriginal() throws {
        try withTemporaryFolder { folder in
            let url = GroundTruth.file(of: "none", in: folder)
            try NPZ.write(["boxes": NPYArray([Double](), shape: [1, 0]), "classes": NPYArray([Double](), shape: [0])], to: url)
            #expect(try GroundTruth.read("none", in: folder) == GroundTruth())
            try NPZ.write(["boxes": NPYArray([1.0, 2, 3, 4, 5, 6], shape: [1, 6]), "classes": NPYArray([1.0], shape: [1])], to: url)
            #expect(try GroundTruth.read("none", in: folder) == GroundTruth(boxes: [Box(flat: [1, 2, 3, 4, 5, 6])], labels: [1]))
            try NPZ.write(["boxes": NPYArray([1.0, 2, 3, 4, 5, 6], shape: [1, 6]), "classes": NPYArray([1.0, 2], shape: [2])], to: url)
            #expect(throws: Problem.self) { try GroundTruth.read("none", in: folder) }
        }
    }

    /// An id that does not fit would be background.
    @Test(arguments: [("instances", 4_294_967_297.0), ("instances", 1.5), ("instances", .nan), ("mapping", 1.5)])
    func idsAreExact(key: String, value: Double) throws {
        try withTemporaryFolder { folder in
            let url = TruthMaps.instancesFile(of: "a", in: folder)
            var arrays = ["instances": NPYArray([0.0, 1], shape: [1, 1, 2]), "mapping": NPYArray([1.0, 0], shape: [1, 2])]
            try NPZ.write(arrays, to: url)
            #expect(try TruthMaps.instances("a", in: folder).classes == [1: 0])
            arrays[key] = key == "mapping" ? NPYArray([1, value], shape: [1, 2]) : NPYArray([0, value], shape: [1, 1, 2])
            try NPZ.write(arrays, to: url)
            #expect { try TruthMaps.instances("a", in: folder) } throws: {
                "\($0)".contains("a_instances_gt.npz: '\(key)' contains \(value)")
            }
        }
    }
}
