import Boxes
import Planning
import TestSupport
import Testing

/// Family plan: the anchor objective on the original's boxes and candidates, and our search against its result.
@Suite struct AnchorSearchConformance {
    private struct Recorded: Decodable {
        struct Sizes: Decodable {
            let width: [Int]
            let height: [Int]
            let depth: [Int]?
            var all: [[Int]] { [width, height, depth ?? [1, 1, 1]] }
        }
        let boxes: [[Float]]
        let strides: [[Double]]
        let result: Sizes
        let candidates: [[[Int]]]
        let candidate_mean_max_iou: [Double]
    }

    @Test(arguments: SeedFolder.all) func objectiveAndSearch(_ seed: SeedFolder) throws {
        let files = seed.files("plan/", suffix: "_anchor_search.json")
        #expect(!files.isEmpty)
        for file in files {
            let recorded = try seed.json(Recorded.self, file)
            let boxes = recorded.boxes.map { Box(flat: $0) }
            let dim = (recorded.boxes.first?.count ?? 6) / 2
            let objective = AnchorObjective(boxes: boxes, levels: recorded.strides)
            var deviation = 0.0
            for (candidate, expected) in zip(recorded.candidates, recorded.candidate_mean_max_iou) {
                let sizes = candidate + Array(repeating: [1, 1, 1], count: 3 - candidate.count)
                deviation = max(deviation, abs(objective.meanBestIoU(sizes) - expected))
            }
            #expect(ConformanceReport.note(family: "plan", file: "\(seed)/\(file)", deviation: deviation, tolerance: 1e-6))

            let found = try AnchorSearch().run(boxes: boxes, levels: recorded.strides, dim: dim, seed: 0)
            let loss = objective.meanBestIoU(recorded.result.all) - found.meanBestIoU
            #expect(ConformanceReport.note(family: "plan", file: "\(seed)/\(file) search", deviation: loss, tolerance: 0.01))
        }
    }
}
