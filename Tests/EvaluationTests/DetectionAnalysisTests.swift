import Boxes
import Core
import Evaluation
import Foundation
import Support
import TestSupport
import Testing

@Suite struct DetectionAnalysisTests {
    private func box(_ start: Float, _ side: Float = 10) -> Box {
        Box(lower: SIMD3(repeating: start), upper: SIMD3(repeating: start + side))
    }

    private func analysis() -> DetectionAnalysis {
        var analysis = DetectionAnalysis(iou: 0.5, scoreThreshold: 0.1, classes: 2)
        // Two on the first object, one of the wrong class on the second, one nowhere, one too weak; the third object is missed.
        analysis.add(
            "b",
            Detections(
                boxes: [box(0), box(0.5), box(40), box(80), box(60)], scores: [0.9, 0.3, 0.8, 0.7, 0.05], labels: [0, 0, 0, 1, 1]),
            GroundTruth(boxes: [box(0), box(40), box(60)], labels: [0, 1, 1]))
        analysis.add("a", Detections(boxes: [box(5, 4)], scores: [0.95], labels: [1]), GroundTruth())
        analysis.add("c", Detections(), GroundTruth(boxes: [box(0)], labels: [7]))
        return analysis
    }

    @Test func hitsMistakesAndMisses() throws {
        let analysis = analysis()
        let first = analysis.cases[0]
        #expect(first.objects == 3 && first.hits == 2 && first.wrong == 2 && first.missed == 2)
        #expect(first.bestHits.map(\.score) == [0.9] && first.worstHits.map(\.score) == [0.3])
        #expect(first.worstMistakes.map(\.score) == [0.8, 0.7] && first.mistakeTypes == [.label, .place])
        #expect(first.worstMistakes.map(\.trueLabel) == [1, -1])
        #expect(first.missedBoxes == [box(40).flat(), box(60).flat()])
        // Rows: truth; the last one and the last column mean none. Missed objects stand under their own class.
        #expect(analysis.confusion == [[2, 0, 0], [1, 0, 2], [0, 2, 0]])
        #expect(analysis.overlaps.count == 3)
        #expect(analysis.sizes.filter { $0.kind == .missed }.count == 2 && analysis.sizes.contains { $0.sides == [4, 4, 4] })
        #expect(analysis.cases[2].objects == 0)
    }

    @Test func worstCasesFirst() {
        let worst = analysis().worstCases()
        #expect(worst == ["top_scoring_fp": ["a", "b"], "top_num_fp": ["b", "a"], "top_num_fn": ["b"]])
        #expect(analysis().worstCases(1)["top_num_fp"] == ["b"])
    }

    @Test func files() throws {
        try withTemporaryFolder { folder in
            try analysis().write(in: folder)
            let place = folder.appendingPathComponent("iou_0.5_score_0.1")
            let table = try String(contentsOf: place.appendingPathComponent("analysis.csv"), encoding: .utf8)
            #expect(
                table.split(separator: "\n").map(String.init) == [
                    "case,num_gt,iou_tp,num_fp,num_fn", "b,3,2,2,2", "a,0,0,1,0", "c,0,0,0,0",
                ])
            let ids: [String: [String]] = try JSONFile.read(from: place.appendingPathComponent("analysis_ids.json"))
            #expect(ids["top_num_fn"] == ["b"])
            struct File: Decodable { let cases: [CaseAnalysis] }
            let file: File = try JSONFile.read(from: place.appendingPathComponent("analysis.json"))
            #expect(file.cases == analysis().cases)
        }
    }
}
