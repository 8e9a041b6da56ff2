import Evaluation
import Foundation
import Report
import Support
import TestSupport
import Testing

@Suite struct FigureTests {
    private func expectPictures(_ figures: [Figure], in folder: URL) throws {
        for figure in figures {
            try figure.write(in: folder)
            let png = try Data(contentsOf: folder.appendingPathComponent("\(figure.name).png"))
            #expect(png.starts(with: [0x89, 0x50, 0x4E, 0x47]) && png.count > 3000, "\(figure.name)")
            let svg = try String(contentsOf: folder.appendingPathComponent("\(figure.name).svg"), encoding: .utf8)
            #expect(svg.contains("<svg") && svg.hasSuffix("</svg>\n"), "\(figure.name)")
        }
    }

    @Test func allPicturesOfAnEvaluation() throws {
        let many = (0..<11).map { "a class with quite a long name \($0)" }
        for sample in [SampleEvaluation(), SampleEvaluation(cases: 1, classNames: ["x"]), SampleEvaluation(classNames: many)] {
            try withTemporaryFolder { folder in
                let figures = EvaluationFigures(try sample.scores(resamples: 0)).files
                let names = figures.map(\.name)
                #expect(Set(names).count == names.count)
                #expect(names.filter { $0.hasPrefix("FROC_cls_IoU_") }.count == 9 && names.contains("FROC_cls_IoU_0_10"))
                #expect(names.contains("FROC") && names.contains("pred_hist_IoU@0_5") && names.contains("cl_0_pred_hist_IoU@0_1"))
                #expect(names.filter { $0.contains("pred_hist") }.count == 2 * (1 + sample.classNames.count))
                try expectPictures(figures, in: folder)
            }
        }
    }

    @Test func allPicturesOfAnAnalysis() throws {
        for dimension in [2, 3] {
            let sample = SampleEvaluation(dimension: dimension)
            for isEmpty in [false, true] {
                var analysis = DetectionAnalysis(iou: 0.1, scoreThreshold: 0.5, classes: 2, dimension: dimension)
                if !isEmpty { for item in sample.cases { analysis.add(item.id, item.detections, item.truth) } }
                let figures = AnalysisFigures(analysis, classNames: sample.classNames).files
                let expected =
                    ["confusion_matrix", "joint_iou_score"] + (dimension == 3 ? ["sizes"] : []) + ["sizes_bar", "sizes_bar_100"]
                #expect(figures.map(\.name) == expected)
                try withTemporaryFolder { try expectPictures(figures, in: $0) }
            }
        }
    }
}
