// The anchor search: three runs of 5,000 evaluations, as in a plan.
// Arguments: files of the original's searches (`plan/*_anchor_search.json` of the conformance data), compared with its result.
import Boxes
import Foundation
import Planning
import Support

struct Recorded: Decodable {
    struct Sizes: Decodable {
        let width: [Int]
        let height: [Int]
        let depth: [Int]?
    }
    let boxes: [[Float]]
    let strides: [[Double]]
    let result: Sizes
}

func search(_ name: String, _ boxes: [Box], _ levels: [[Double]], dim: Int, theirs: AnchorObjective.Sizes? = nil) throws {
    var found: AnchorSearch.Result?
    let times = try (0..<3).map { _ in
        try ContinuousClock().measure { found = try AnchorSearch().run(boxes: boxes, levels: levels, dim: dim, seed: 0) } / .seconds(1)
    }
    let original = theirs.map { String(format: ", original %.4f", AnchorObjective(boxes: boxes, levels: levels).meanBestIoU($0)) } ?? ""
    print(
        "\(name): \(boxes.count) objects, \(levels.count) levels, "
            + String(format: "%.2f s (best of 3), mean best IoU %.4f%@", times.min() ?? 0, found?.meanBestIoU ?? 0, original))
}

let files = CommandLine.arguments.dropFirst()
for path in files {
    let recorded = try JSONDecoder().decode(Recorded.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
    let sizes = [recorded.result.width, recorded.result.height, recorded.result.depth ?? [1, 1, 1]]
    try search(
        URL(fileURLWithPath: path).lastPathComponent, recorded.boxes.map { Box(flat: $0) }, recorded.strides,
        dim: (recorded.boxes.first?.count ?? 6) / 2, theirs: sizes)
}
let levels: [[Double]] = [[1, 1, 1], [2, 2, 2], [4, 4, 4], [8, 8, 8]]
for count in [100, 1000, 4096, 50_000] {
    var random = SeededGenerator(seed: 1)
    let boxes = (0..<count).map { _ in
        let half = SIMD3<Float>((0..<3).map { _ in Float(random.uniform(2, 30)) })
        return Box(lower: -half, upper: half)
    }
    try search("random sizes", boxes, levels, dim: 3)
}
