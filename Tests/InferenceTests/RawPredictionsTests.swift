import Boxes
import Core
import Foundation
import Imaging
import Inference
import Support
import TestSupport
import Testing

@Suite struct RawPredictionsTests {
    private func member(_ model: Int, _ transform: Int, boxes: Int, dimension: Int = 3) -> RawPredictions.Member {
        let found = (0..<boxes).map { index in
            let corner = SIMD3(Float(index), Float(model) + 0.25, dimension == 3 ? 5 : 0)
            return Box(lower: corner, upper: corner + SIMD3(2, 3, 1))
        }
        return RawPredictions.Member(
            model: model, transform: transform,
            detections: Detections(
                boxes: found, scores: (0..<boxes).map { 1 / Float($0 + 2) }, labels: (0..<boxes).map { $0 % 3 }),
            weights: (0..<boxes).map { 0.5 + Float($0) / 100 }, tiles: (0..<boxes).map { Int32($0 / 2) })
    }

    private var properties: CaseProperties {
        var properties = CaseProperties(
            caseID: "case_1", geometry: Geometry(size: SIMD3(4, 5, 6), spacing: SIMD3(1, 2, 3)), cropLower: .zero,
            cropUpper: SIMD3(4, 5, 6), instances: [1: 0])
        properties.sizeAfterResampling = SIMD3(8, 5, 6)
        return properties
    }

    @Test(arguments: [2, 3])
    func whatIsSavedIsLoaded(dimension: Int) throws {
        let members = [member(0, 0, boxes: 5, dimension: dimension), member(0, 1, boxes: 0), member(1, 0, boxes: 3, dimension: dimension)]
        let shape = SIMD3(20, 30, dimension == 2 ? 1 : 40)
        let raw = RawPredictions(
            shape: shape, dimension: dimension, members: members, properties: properties, referenceBehaviour: dimension == 2)
        try withTemporaryFolder { folder in
            try raw.save("case_1", in: folder)
            #expect(try RawPredictions.load("case_1", from: folder) == raw)
            #expect(try RawPredictions.referenceBehaviour(of: "case_1", in: folder) == (dimension == 2))
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
            #expect(names == ["case_1_raw.json", "case_1_raw.npz"])
            #expect(try NPZ.read(RawPredictions.files(of: "case_1", in: folder).arrays)["boxes"]?.shape == [8, 2 * dimension])
        }
    }

    @Test func descriptionOfOtherArraysIsRefused() throws {
        try withTemporaryFolder { folder in
            try RawPredictions(shape: .one, members: [member(0, 0, boxes: 3)]).save("a", in: folder)
            try RawPredictions(shape: .one, members: [member(0, 0, boxes: 4)]).save("b", in: folder)
            let (first, second) = (RawPredictions.files(of: "a", in: folder), RawPredictions.files(of: "b", in: folder))
            try FileManager.default.removeItem(at: first.arrays)
            try FileManager.default.copyItem(at: second.arrays, to: first.arrays)
            #expect { try RawPredictions.load("a", from: folder) } throws: { "\($0)".contains("does not fit a_raw.json") }
            #expect(throws: Problem.self) { try RawPredictions.load("missing", from: folder) }
            var arrays = try NPZ.read(second.arrays)
            arrays["labels"] = NPYArray([0, 1, 0.5, 0], shape: [4])
            try NPZ.write(arrays, to: second.arrays)
            #expect { try RawPredictions.load("b", from: folder) } throws: { "\($0)".contains("b_raw.npz: 'labels' contains 0.5") }
        }
    }

    @Test(arguments: [
        ("\"boxes\" : 3", "\"boxes\" : 9000000000000000000", "members"), ("\"boxes\" : 3", "\"boxes\" : 2305843009213693952", "members"),
        ("\"boxes\" : 3", "\"boxes\" : -1", "members"), ("\"dimension\" : 3", "\"dimension\" : 4", "dimension"),
        ("77", "4611686018427387904", "shape"), ("77", "0", "shape"),
    ])
    func impossibleDescriptionsNameTheKey(old: String, new: String, key: String) throws {
        try withTemporaryFolder { (folder: URL) throws in
            try RawPredictions(shape: SIMD3(77, 1, 1), members: [member(0, 0, boxes: 3), member(1, 0, boxes: 3)]).save("a", in: folder)
            let file = RawPredictions.files(of: "a", in: folder).description
            let text = try String(contentsOf: file, encoding: .utf8)
            let changed = text.replacingOccurrences(of: old, with: new)
            #expect(changed != text, "\(text)")
            try Data(changed.utf8).write(to: file)
            #expect { try RawPredictions.load("a", from: folder) } throws: { "\($0)".contains("'\(key)'") }
        }
    }

    @Test func appendedModelsAreCountedOn() {
        var raw = RawPredictions(shape: .one, members: [member(0, 0, boxes: 1), member(0, 1, boxes: 2)])
        raw.append(RawPredictions(shape: .one, members: [member(0, 0, boxes: 3), member(0, 1, boxes: 4), member(1, 0, boxes: 5)]))
        #expect(raw.members.map(\.name) == ["model0_t0", "model0_t1", "model1_t0", "model1_t1", "model2_t0"])
        #expect(raw.members.map(\.detections.count) == [1, 2, 3, 4, 5])
    }
}
