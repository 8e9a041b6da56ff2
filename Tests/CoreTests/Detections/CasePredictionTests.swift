import Boxes
import Core
import Foundation
import Imaging
import Support
import TestSupport
import Testing

@Suite struct CasePredictionTests {
    private func prediction(dimension: Int = 3) -> CasePrediction {
        let boxes =
            dimension == 3
            ? [Box(flat: [0.5, 1.5, 2.5, 3.5, 4.5, 5.5]), Box(flat: [1, 2, 11, 12, 3, 13])]
            : [Box(flat: [0.5, 1.5, 2.5, 3.5]), Box(flat: [1, 2, 11, 12])]
        return CasePrediction(
            caseID: "case_7", detections: Detections(boxes: boxes, scores: [0.75, 0.25], labels: [0, 1]),
            geometry: Geometry(
                size: SIMD3(30, 40, 50), spacing: SIMD3(3, 0.5, 0.75), origin: SIMD3(-10, 20, 5), direction: [1, 0, 0, 0, -1, 0, 0, 0, 1]),
            isRestored: true, dimension: dimension)
    }

    @Test(arguments: [2, 3])
    func roundTripKeepsTheOrder(dimension: Int) throws {
        try withTemporaryFolder { folder in
            var expected = prediction(dimension: dimension)
            for _ in 0..<2 {
                try expected.write(in: folder)
                #expect(try CasePrediction.read("case_7", in: folder) == expected)
                expected.detections = expected.detections.selecting([1, 0])
            }
            #expect(CasePrediction.caseIDs(in: folder) == ["case_7"])
        }
    }

    @Test(arguments: [
        ("original_size_of_raw_data", [Double(1 << 62), 4, 4]), ("original_size_of_raw_data", [-1, 4, 4]), ("itk_spacing", [1, 0, 1]),
        ("itk_spacing", [1, .nan, 1]), ("itk_origin", [0, .infinity, 0]), ("itk_direction", [1, 0, 0, 0, .nan, 0, 0, 0, 1]),
    ])
    func gridsThatNoImageHasAreRefused(key: String, numbers: [Double]) throws {
        try withTemporaryFolder { (folder: URL) throws in
            try prediction().write(in: folder)
            let file = CasePrediction.file(of: "case_7", in: folder)
            var arrays = try NPZ.read(file)
            arrays[key] = NPYArray(numbers, shape: [numbers.count])
            try NPZ.write(arrays, to: file)
            #expect { try CasePrediction.read("case_7", in: folder) } throws: { "\($0)".contains("'\(key)'") }
            guard key != "original_size_of_raw_data" else { return }
            let map = SegmentationPrediction(
                caseID: "a", labels: Volume(shape: SIMD3(2, 2, 2), filledWith: 1), geometry: Geometry(size: SIMD3(2, 2, 2), spacing: .one))
            try map.write(in: folder)
            let other = SegmentationPrediction.file(of: "a", in: folder)
            arrays = try NPZ.read(other)
            arrays[key] = NPYArray(numbers, shape: [numbers.count])
            try NPZ.write(arrays, to: other)
            #expect { try SegmentationPrediction.read("a", in: folder) } throws: { "\($0)".contains("'\(key)'") }
        }
    }

    @Test func keysOfTheOriginal() throws {
        try withTemporaryFolder { folder in
            try prediction().write(in: folder)
            let arrays = try NPZ.read(CasePrediction.file(of: "case_7", in: folder))
            #expect(arrays["pred_boxes"]?.scalar == .float32 && arrays["pred_boxes"]?.shape == [2, 6])
            #expect(arrays["pred_boxes"]?.floats().prefix(6) == [0.5, 1.5, 2.5, 3.5, 4.5, 5.5])
            #expect(arrays["pred_scores"]?.floats() == [0.75, 0.25])
            #expect(arrays["pred_labels"]?.integers() == [0, 1])
            #expect(arrays["restore"]?.scalar == .bool && arrays["restore"]?.integers() == [1])
            #expect(arrays["original_size_of_raw_data"]?.integers() == [30, 40, 50])
            // ITK's order: x first.
            #expect(arrays["itk_spacing"]?.doubles() == [0.75, 0.5, 3])
            #expect(arrays["itk_origin"]?.doubles() == [-10, 20, 5])
            #expect(arrays["itk_direction"]?.count == 9)
        }
    }

    @Test func theListingTellsWhereDetectionsLie() throws {
        struct Listing: Decodable {
            struct Entry: Decodable {
                let score: Float
                let label: Int
                let name: String?
                let lower: [Float]
                let center_mm_lps: [Double]?
                let box_mm_lps: [String: [Double]]?
                let above_operating_point: Bool?
                let size_mm: [Double]?
            }
            let format_version: Int
            let case_id: String
            let restored: Bool
            let axis_order: [String]
            let detections: [Entry]
        }
        try withTemporaryFolder { folder in
            var case7 = prediction()
            try case7.write(in: folder, legend: ClassLegend(names: ["nodule"], operatingScores: [0: 0.5]))
            let url = folder.appendingPathComponent("case_7_boxes.json")
            let listing: Listing = try JSONFile.read(from: url)
            #expect(
                listing.format_version == 2 && listing.axis_order == ["z", "y", "x"] && listing.case_id == "case_7" && listing.restored)
            #expect(listing.detections.map(\.name) == ["nodule", nil])
            let last = try #require(listing.detections.last)
            #expect(last.score == 0.25 && last.label == 1 && last.lower == [1, 2, 3])
            // Voxel (6, 7, 8): x = −10 + 8·0.75, y = 20 − 7·0.5, z = 5 + 6·3.
            #expect(last.center_mm_lps == [-4, 16.5, 23])
            // Voxels 2…10, 3…11 and 4…12 (the box rule): nine along each axis.
            #expect(last.size_mm == [27, 4.5, 6.75])
            #expect(last.box_mm_lps == ["min": [-7.375, 14.25, 9.5], "max": [-0.625, 18.75, 36.5]])
            #expect(listing.detections.map(\.above_operating_point) == [true, nil])
            case7.isRestored = false
            try case7.write(in: folder)
            let preprocessed: Listing = try JSONFile.read(from: url)
            #expect(preprocessed.detections.allSatisfy { $0.center_mm_lps == nil && $0.size_mm == nil && $0.box_mm_lps == nil })
        }
    }

    @Test func noDetections() throws {
        try withTemporaryFolder { folder in
            var empty = prediction()
            empty.detections = Detections()
            try empty.write(in: folder)
            #expect(try CasePrediction.read("case_7", in: folder) == empty)
        }
    }

    @Test func brokenFilesAreNamed() throws {
        try withTemporaryFolder { folder in
            #expect(CasePrediction.caseIDs(in: folder.appendingPathComponent("none")) == [])
            #expect(throws: Problem.self) { try CasePrediction.read("absent", in: folder) }
            try prediction().write(in: folder)
            let url = CasePrediction.file(of: "case_7", in: folder)
            let arrays = try NPZ.read(url)
            for (key, broken) in [
                ("pred_scores", NPYArray([Float(1)], shape: [1])),
                ("pred_boxes", NPYArray([Float](repeating: 0, count: 10), shape: [2, 5])),
                ("pred_labels", NPYArray([Int64(-1), 0], shape: [2])), ("itk_direction", NPYArray([1.0], shape: [1])),
                ("original_size_of_raw_data", NPYArray([30, 40, 1e300], shape: [3])),
            ] {
                var changed = arrays
                changed[key] = broken
                try NPZ.write(changed, to: url)
                let problem = #expect(throws: Problem.self) { try CasePrediction.read("case_7", in: folder) }
                #expect(problem?.subject == url.path && problem?.problem.contains(key) == true)
                changed[key] = nil
                try NPZ.write(changed, to: url)
                #expect(throws: Problem.self) { try CasePrediction.read("case_7", in: folder) }
            }
            let data = try Data(contentsOf: url)
            try data.prefix(data.count / 2).write(to: url)
            #expect(throws: Problem.self) { try CasePrediction.read("case_7", in: folder) }
        }
    }
}
