import Boxes
import Foundation
import Imaging
import Report
import Support
import TestSupport
import Testing

@Suite struct AugmentationSheetTests {
    private func picture(_ boxes: [Box] = [], _ caption: String = "as it is") -> AugmentationSheet.Picture {
        var volume = Volume<Float>(shape: SIMD3(8, 20, 24), filledWith: 0)
        for i in 0..<volume.count { volume.voxels[i] = Float(i % 24) }
        return AugmentationSheet.Picture(caption: caption, volume: volume, boxes: boxes)
    }

    private func svg(_ rows: [[AugmentationSheet.Picture]]) throws -> String {
        try withTemporaryFolder { (folder: URL) throws in
            let file = folder.appendingPathComponent("sheet.svg")
            let rows = rows.map { AugmentationSheet.Row(title: "case_1", pictures: $0) }
            try AugmentationSheet(title: "A task", rows: rows, spacing: SIMD3(3, 1, 1)).write(to: file)
            return try String(contentsOf: file, encoding: .utf8)
        }
    }

    private func annotated(_ svg: String) -> Int { svg.components(separatedBy: "25%,85%,55%").count - 1 }
    private func images(_ svg: String) -> Int { svg.components(separatedBy: "data:image/png").count - 1 }

    @Test func everyPatchIsDrawnWithItsBoxes() throws {
        let large = Box(lower: SIMD3(1, 2, 2), upper: SIMD3(5, 9, 9))
        let beside = Box(lower: SIMD3(2, 12, 12), upper: SIMD3(4, 15, 16))
        let elsewhere = Box(lower: SIMD3(6, 12, 12), upper: SIMD3(7, 14, 14))
        let sheet = try svg([[picture([large, beside, elsewhere]), picture()], [picture([beside])]])
        #expect(images(sheet) == 3)
        // The slice goes through the largest object: one that it misses has no outline.
        #expect(annotated(sheet) == 3)
    }

    @Test func theSheetGrowsWithItsRowsAndColumns() throws {
        func size(_ rows: [[AugmentationSheet.Picture]]) throws -> (Double, Double) {
            let text = try svg(rows)
            let match = try #require(text.firstMatch(of: /width="([0-9.]+)(?:pt)?" height="([0-9.]+)(?:pt)?"/))
            return (try #require(Double(match.output.1)), try #require(Double(match.output.2)))
        }
        let (one, wide, tall) = (try size([[picture()]]), try size([[picture(), picture()]]), try size([[picture()], [picture()]]))
        #expect(wide.0 == one.0 + 210 && wide.1 == one.1)
        #expect(tall.0 == one.0 && tall.1 > one.1 + 200)
    }

    @Test func nothingToShowIsAProblem() {
        #expect(throws: Problem.self) { try svg([]) }
        #expect(throws: Problem.self) { try svg([[]]) }
    }
}
