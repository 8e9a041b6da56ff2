import Boxes
import Core
import Evaluation
import Foundation
import Support
import TestSupport
import Testing

/// Against pycocotools, on the sets of `scripts/reference/coco_reference.py`.
@Suite struct COCOTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Reference")

    private func files(_ set: Int) throws -> COCOFiles {
        try COCOFiles(
            groundTruth: Self.folder.appendingPathComponent("coco_\(set)_truth.json"),
            predictions: Self.folder.appendingPathComponent("coco_\(set)_found.json"))
    }

    @Test(arguments: 0..<3)
    func theTwelveNumbers(set: Int) throws {
        let expected: [String: Double] = try JSONFile.read(from: Self.folder.appendingPathComponent("coco_\(set)_expected.json"))
        let summary = try COCOSummary(files(set))
        #expect(expected.count == 12 && Set(summary.scores.keys) == Set(expected.filter { $0.value >= 0 }.keys))
        for (key, value) in expected where value >= 0 {
            #expect(abs((summary.scores[key] ?? .nan) - value) <= 1e-9, "\(key) \(summary.scores[key] ?? .nan) \(value)")
        }
    }

    @Test func imagesComeByTheirIDsAndCategoriesHaveNames() throws {
        let files = try files(0)
        #expect(files.classNames == ["a", "b", "never"] && files.dimension == 2)
        #expect(files.cases.map(\.id) == (1...24).map(String.init))
        // Crowds are no objects for scores that know no such thing.
        #expect(files.countedCases.reduce(0) { $0 + $1.truth.count } < files.cases.reduce(0) { $0 + $1.truth.count })
    }

    private func read(_ truth: String, _ found: String) throws -> COCOFiles {
        try withTemporaryFolder { folder in
            let (a, b) = (folder.appendingPathComponent("a.json"), folder.appendingPathComponent("b.json"))
            try Data(truth.utf8).write(to: a)
            try Data(found.utf8).write(to: b)
            return try COCOFiles(groundTruth: a, predictions: b)
        }
    }

    @Test func tablesOfImagesAndCategoriesAreBounded() {
        let categories = (0..<4097).map { "{\"id\": \($0)}" }.joined(separator: ",")
        #expect { try read("{\"images\": [{\"id\": 1}], \"categories\": [\(categories)], \"annotations\": []}", "[]") } throws: {
            "\($0)".contains("1 'images' and 4097 'categories'")
        }
    }

    /// A detection of exactly 32 × 32 pixels belongs to the small and the medium ones, wherever it lies.
    @Test func areasAreThoseOfTheFile() throws {
        let files = try read(
            """
            {"images": [{"id": 1}], "categories": [{"id": 1}],
             "annotations": [{"image_id": 1, "category_id": 1, "bbox": [100.1, 50, 32, 32]}]}
            """,
            """
            [{"image_id": 1, "category_id": 1, "bbox": [300.1, 50.3, 32, 32], "score": 0.9},
             {"image_id": 1, "category_id": 1, "bbox": [100.1, 50.3, 32, 32], "score": 0.5}]
            """)
        let scores = try COCOSummary(files).scores
        // The wrong one comes first, at every size that counts it; pycocotools: 0.5.
        #expect(abs((scores["APs"] ?? 0) - 0.5) < 1e-9 && abs((scores["APm"] ?? 0) - 0.5) < 1e-9, "\(scores)")
    }

    @Test func boxesOfThreeDimensions() throws {
        let truth = """
            {"images": [{"id": "b"}, {"id": "a"}], "categories": [{"id": 1}],
             "annotations": [{"image_id": "a", "category_id": 1, "bbox": [1, 2, 3, 10, 20, 30]}]}
            """
        let files = try read(truth, #"[{"image_id": "a", "category_id": 1, "bbox": [1, 2, 3, 10, 20, 30], "score": 0.5}]"#)
        #expect(files.cases.map(\.id) == ["a", "b"] && files.classNames == ["1"] && files.dimension == 3)
        // x, y, z become axes 2, 1, 0.
        #expect(files.cases[0].truth.boxes == [Box(lower: SIMD3(3, 2, 1), upper: SIMD3(33, 22, 11))])
        let summary = try COCOSummary(files)
        #expect(summary.scores["AP"].map { abs($0 - 1) < 1e-12 } == true && summary.scores["APs"] == nil)
    }

    @Test func whatCannotBeUnderstoodIsNamed() {
        let truth = #"{"images": [{"id": 1}], "categories": [{"id": 1, "name": "x"}], "annotations": []}"#
        func message(_ truth: String, _ found: String) -> String {
            do { _ = try read(truth, found) } catch { return "\(error)" }
            return "none"
        }
        #expect(message(truth, "[]") == "none")
        #expect(message(truth, #"[{"image_id": 2, "category_id": 1, "bbox": [0, 0, 1, 1], "score": 1}]"#).contains("b.json[0]: image 2"))
        #expect(message(truth, #"[{"image_id": 1, "category_id": 4, "bbox": [0, 0, 1, 1], "score": 1}]"#).contains("category 4"))
        #expect(message(truth, #"[{"image_id": 1, "category_id": 1, "bbox": [0, 0, 1], "score": 1}]"#).contains("'bbox' must be"))
        #expect(message(truth, #"[{"image_id": 1, "category_id": 1, "bbox": [0, 0, -1, 1], "score": 1}]"#).contains("negative extent"))
        #expect(message(truth, #"[{"image_id": 1, "category_id": 1, "score": 1}]"#).contains("'bbox' is missing"))
        let mixed =
            #"[{"image_id": 1, "category_id": 1, "bbox": [0,0,1,1], "score": 1}, {"image_id": 1, "category_id": 1, "bbox": [0,0,0,1,1,1], "score": 1}]"#
        #expect(message(truth, mixed).contains("[1]: 'bbox' is 3D, others are 2D"))
        #expect(message("{", "[]").contains("not valid JSON"))
    }
}
