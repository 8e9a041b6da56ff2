import Boxes
import Core
import Foundation
import Imaging
import Report
import Support
import TestSupport
import Testing

@Suite struct ExampleSheetTests {
    private func picture(truth: GroundTruth, detections: Detections) -> CasePicture {
        let geometry = Geometry(size: SIMD3(12, 40, 48), spacing: SIMD3(4, 1, 1))
        var volume = Volume<Float>(shape: geometry.size, filledWith: 0)
        for i in 0..<volume.count { volume.voxels[i] = Float(i % 48) }
        return CasePicture(
            caseID: "case_1", image: Image(volume: volume, geometry: geometry), truth: truth, detections: detections, classNames: ["lesion"]
        )
    }

    private let box = Box(lower: SIMD3(3, 9, 19), upper: SIMD3(8, 30, 40))

    private func svg(_ truth: GroundTruth, _ detections: Detections, threshold: Float = 0.3) throws -> String {
        try withTemporaryFolder { (folder: URL) throws in
            let file = folder.appendingPathComponent("sheet.svg")
            try ExampleSheet(title: "A task", cases: [picture(truth: truth, detections: detections)], scoreThreshold: threshold).write(
                to: file)
            return try String(contentsOf: file, encoding: .utf8)
        }
    }

    /// How often the colour of predictions is used.
    private func predicted(_ svg: String) -> Int { svg.components(separatedBy: "100%,60%,10%").count - 1 }
    private func annotated(_ svg: String) -> Int { svg.components(separatedBy: "25%,85%,55%").count - 1 }

    @Test func boxesAreDrawnInAllThreePlanes() throws {
        let none = try svg(GroundTruth(), Detections())
        let both = try svg(GroundTruth(boxes: [box], labels: [0]), Detections(boxes: [box], scores: [0.9], labels: [0]))
        // One outline per plane more than the legend's, and a ground for each score.
        #expect(annotated(both) - annotated(none) == 3)
        #expect(predicted(both) - predicted(none) == 6)
    }

    @Test func weakPredictionsAreHiddenExceptForTheBest() throws {
        let truth = GroundTruth(boxes: [box], labels: [0])
        func count(_ scores: [Float]) throws -> Int {
            try predicted(svg(truth, Detections(boxes: scores.map { _ in box }, scores: scores, labels: scores.map { _ in 0 })))
        }
        #expect(try count([0.9, 0.2]) == count([0.9]))
        #expect(try count([0.9, 0.4]) > count([0.9]))
        #expect(try count([0.1]) == count([0.9]))
    }

    @Test func pngHasItsSize() throws {
        try withTemporaryFolder { (folder: URL) throws in
            let file = folder.appendingPathComponent("sheet.png")
            let one = picture(
                truth: GroundTruth(boxes: [box], labels: [0]), detections: Detections(boxes: [box], scores: [0.8], labels: [0]))
            try ExampleSheet(title: "A task", cases: [one, one]).write(to: file)
            let data = try Data(contentsOf: file)
            #expect(data.prefix(8) == Data([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]))
            let width = data[16..<20].reduce(0) { $0 << 8 | Int($1) }
            #expect(width == 2 * (40 + 2 * 635 + 20))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["sheet.png"])
        }
    }

    @Test func whatCannotBeDrawnIsAProblem() throws {
        try withTemporaryFolder { (folder: URL) throws in
            #expect(throws: Problem.self) { try ExampleSheet(title: "", cases: []).write(to: folder.appendingPathComponent("a.png")) }
            let one = picture(truth: GroundTruth(), detections: Detections())
            #expect(throws: Problem.self) { try ExampleSheet(title: "", cases: [one]).write(to: folder.appendingPathComponent("a.jpg")) }
        }
    }
}
