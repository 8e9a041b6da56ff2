import Boxes
import Core
import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// Predictions as tables, markups, segmentations and painted instances.
@Suite struct PredictionExportTests {
    private let prediction = CasePrediction(
        caseID: "a,b",
        detections: Detections(
            boxes: [Box(lower: SIMD3(0, 1, 2), upper: SIMD3(4, 5, 6)), Box(lower: SIMD3(2, 2, 2), upper: SIMD3(8, 8, 8))],
            scores: [0.25, 0.75], labels: [1, 0]),
        geometry: Geometry(
            size: SIMD3(10, 11, 12), spacing: SIMD3(3, 2, 1), origin: SIMD3(-5, 6, 7), direction: [-1, 0, 0, 0, -1, 0, 0, 0, 1]),
        isRestored: true)
    private let legend = ClassLegend(names: ["say \"x\""], operatingScores: [0: 0.8, 1: 0.2])

    @Test func rowsOfTheTable() throws {
        try withTemporaryFolder { folder in
            try prediction.writeCSV(in: folder, legend: legend)
            let lines = try String(contentsOf: folder.appendingPathComponent("a,b_boxes.csv"), encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 3 && lines[0].split(separator: ",").count == 17)
            // Voxel (5, 5, 5): x = −5 − 5, y = 6 − 10, z = 7 + 15.
            #expect(lines[1] == "\"a,b\",0,\"say \"\"x\"\"\",0.75,0,2.0,2.0,2.0,8.0,8.0,8.0,-10.000,-4.000,22.000,15.000,10.000,5.000")
            #expect(lines[2].hasPrefix("\"a,b\",1,,0.25,1,0.0,1.0,2.0,4.0,5.0,6.0,"))
        }
    }

    @Test func markupsAreTurnedLikeTheImage() throws {
        struct File: Decodable {
            struct Region: Decodable {
                struct Point: Decodable { let label: String }
                struct Display: Decodable { let visibility: Bool }
                let type: String
                let coordinateSystem: String
                let center: [Double]
                let size: [Double]
                let orientation: [Double]
                let controlPoints: [Point]
                let display: Display
            }
            let markups: [Region]
        }
        try withTemporaryFolder { folder in
            try prediction.writeMarkups(in: folder, legend: legend)
            let file: File = try JSONFile.read(from: folder.appendingPathComponent("a,b_boxes.mrk.json"))
            #expect(file.markups.map(\.type) == ["ROI", "ROI"] && file.markups.allSatisfy { $0.coordinateSystem == "LPS" })
            #expect(file.markups[0].center == [-10, -4, 22] && file.markups[0].size == [5, 10, 15])
            #expect(file.markups[0].orientation == [-1, 0, 0, 0, -1, 0, 0, 0, 1])
            #expect(file.markups.map(\.controlPoints[0].label) == ["say \"x\" 0.75", "class 1 0.25"])
            #expect(file.markups.map(\.display.visibility) == [false, true])
            var preprocessed = prediction
            preprocessed.isRestored = false
            #expect(throws: Problem.self) { try preprocessed.writeMarkups(in: folder) }
        }
    }

    @Test func paintedVoxelsFollowTheBoxRule() {
        let shape = SIMD3(10, 11, 12)
        let (map, found) = prediction.detections.painted(shape: shape, dimension: 3)
        #expect(found.scores == [0.25, 0.75])
        for i in 0..<shape.x {
            for j in 0..<shape.y {
                for k in 0..<shape.z {
                    let inLow = (1...3).contains(i) && (2...4).contains(j) && (3...5).contains(k)
                    let inHigh = (3...7).contains(i) && (3...7).contains(j) && (3...7).contains(k)
                    #expect(map[i, j, k] == (inHigh ? 2 : inLow ? 1 : 0))
                }
            }
        }
        #expect(prediction.detections.painted(shape: shape, dimension: 3, threshold: 0.5).detections.scores == [0.75])
        // The box rule gives back the boxes.
        let alone = prediction.detections.painted(shape: shape, dimension: 3, threshold: 0.5).map
        #expect(alone.instanceBoxes().map(\.box) == [prediction.detections.boxes[1]])
    }

    /// Boxes of fractions, as restoration gives them: the voxels whose centres are between the object's faces, at least one along each axis.
    @Test func paintedVoxelsOfFractions() {
        let box = Box(lower: SIMD3(2.6, 1.5, 4.1), upper: SIMD3(6.4, 4.5, 5.7))
        let detections = Detections(boxes: [box], scores: [1], labels: [0])
        func extent(_ referenceBehaviour: Bool) -> [Box] {
            detections.painted(shape: SIMD3(10, 11, 12), dimension: 3, referenceBehaviour: referenceBehaviour).map.instanceBoxes().map(
                \.box)
        }
        // Faces 3.1 to 5.9, 2 to 4, 4.6 to 5.2.
        #expect(extent(false) == [Box(lower: SIMD3(3, 1, 4), upper: SIMD3(6, 4, 6))])
        // From Int(lower) + 1 to Int(upper) − 1; there is none between 5 and 4.
        #expect(extent(true) == [])
        let thicker = Detections(boxes: [Box(lower: box.lower, upper: SIMD3(6.4, 4.5, 6.2))], scores: [1], labels: [0])
        let original = thicker.painted(shape: SIMD3(10, 11, 12), dimension: 3, referenceBehaviour: true).map
        #expect(original.instanceBoxes().map(\.box) == [Box(lower: SIMD3(2, 1, 4), upper: SIMD3(6, 4, 6))])
    }

    /// Painted boxes of whole voxels give back the boxes, at and beyond the border too, and as the original paints them.
    @Test(arguments: 0..<20) func paintingIsReversible(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let shape = SIMD3((0..<3).map { _ in random.integer(in: 1..<20) })
        let first = SIMD3((0..<3).map { random.integer(in: 0..<shape[$0]) })
        let last = SIMD3((0..<3).map { random.integer(in: first[$0]..<shape[$0]) })
        let box = Box(lower: SIMD3<Float>(first &- 1), upper: SIMD3<Float>(last &+ 1))
        // Noise of single precision changes nothing.
        for noise: Float in [0, 1e-5, -1e-5] {
            let detections = Detections(boxes: [Box(lower: box.lower + noise, upper: box.upper - noise)], scores: [1], labels: [0])
            #expect(detections.painted(shape: shape, dimension: 3).map.instanceBoxes().map(\.box) == [box])
        }
        let detections = Detections(boxes: [box], scores: [1], labels: [0])
        let original = detections.painted(shape: shape, dimension: 3, referenceBehaviour: true).map
        #expect(original == detections.painted(shape: shape, dimension: 3).map)
    }

    @Test func flatBoxesArePainted() {
        let detections = Detections(boxes: [Box(lower: SIMD3(0, 1, 0), upper: SIMD3(3, 4, 1))], scores: [1], labels: [0])
        for reference in [false, true] {
            let map = detections.painted(shape: SIMD3(5, 6, 1), dimension: 2, referenceBehaviour: reference).map
            #expect(map.instanceBoxes(dimension: 2).map(\.box) == detections.boxes)
        }
    }

    /// No coordinate of a file is too large to be painted.
    @Test func boxesFarAway() {
        let far: [Float] = [-3e38, -1e10, -5, 50, 1e10, 3e38]
        for reference in [false, true] {
            for lower in far {
                for upper in far where upper >= lower {
                    let box = Box(lower: SIMD3(lower, 0, 0), upper: SIMD3(upper, 3, 3))
                    let map = Detections(boxes: [box], scores: [1], labels: [0])
                        .painted(shape: SIMD3(4, 4, 4), dimension: 3, referenceBehaviour: reference).map
                    #expect(map.voxels.contains(1) == (lower < 0 && upper > 0), "\(box)")
                }
            }
        }
    }

    @Test func moreThan255Boxes() {
        let count = 300
        let detections = Detections(
            boxes: (0..<count).map { Box(lower: SIMD3(-1, -1, Float($0) - 1), upper: SIMD3(1, 1, Float($0) + 1)) },
            scores: (0..<count).map { Float($0) / 300 }, labels: [Int](repeating: 0, count: count))
        #expect(detections.painted(shape: SIMD3(1, 1, count), dimension: 3).map.voxels == (1...Int32(count)).map { $0 })
    }

    @Test func instancesAreForegroundWithinBoxes() {
        let shape = SIMD3(10, 11, 12)
        var foreground = Volume<UInt8>(shape: shape, filledWith: 0)
        for k in 0..<shape.z { foreground[3, 3, k] = 1 }
        let map = prediction.detections.painted(shape: shape, dimension: 3, within: foreground).map
        #expect(map.voxels.filter { $0 == 2 }.count == 5)
        // Of box 1 the voxels (3, 3, 3…5) belong to the higher score.
        #expect(map.voxels.filter { $0 == 1 }.isEmpty)
    }

    @Test func segmentationsRoundTrip() throws {
        try withTemporaryFolder { folder in
            var labels = Volume<UInt8>(shape: SIMD3(2, 3, 4), filledWith: 0)
            labels[1, 2, 3] = 2
            var geometry = prediction.geometry
            geometry.size = labels.shape
            try SegmentationPrediction(caseID: "c", labels: labels, geometry: geometry).write(in: folder)
            let read = try SegmentationPrediction.read("c", in: folder)
            #expect(read.labels == labels && read.geometry == geometry)
            #expect(SegmentationPrediction.caseIDs(in: folder) == ["c"])
            #expect(throws: Problem.self) { try SegmentationPrediction.read("d", in: folder) }
            let url = SegmentationPrediction.file(of: "c", in: folder)
            var arrays = try NPZ.read(url)
            arrays["pred_seg"] = NPYArray([Int32](repeating: 256, count: 24), shape: [2, 3, 4])
            try NPZ.write(arrays, to: url)
            #expect { try SegmentationPrediction.read("c", in: folder) } throws: { "\($0)".contains("'pred_seg' contains 256") }
        }
    }
}
