// Matching, suppression and clustering at the sizes of a training step and of a case.
// The same in the original: `nndet.core.boxes` (nms_cpu), `nndet.inference.detection.wbc`; see the README beside.
import Boxes
import Support

var random = SeededGenerator(seed: 0)

func milliseconds(_ repetitions: Int, _ body: () -> Void) -> String {
    let clock = ContinuousClock()
    let times = (0..<repetitions).map { _ in clock.measure(body) / .milliseconds(1) }.sorted()
    func text(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
    return "median \(text(times[repetitions / 2])) ms, best \(text(times[0])) ms of \(repetitions)"
}

@MainActor func box(extent: Double, smallest: Double, largest: Double) -> Box {
    func vector(_ range: ClosedRange<Double>) -> SIMD3<Float> {
        SIMD3(
            Float(random.uniform(range.lowerBound, range.upperBound)), Float(random.uniform(range.lowerBound, range.upperBound)),
            Float(random.uniform(range.lowerBound, range.upperBound)))
    }
    let lower = vector(0...extent)
    return Box(lower: lower, upper: lower + vector(smallest...largest))
}

/// Boxes in clusters of jittered copies, as a detector gives them.
@MainActor func clustered(_ count: Int, clusters: Int, jitter: Double) -> [Box] {
    let seeds = (0..<clusters).map { _ in box(extent: 200, smallest: 6, largest: 24) }
    return (0..<count).map { _ in
        let seed = seeds[random.integer(in: 0..<clusters)]
        let shift = SIMD3(
            Float(random.uniform(-jitter, jitter)), Float(random.uniform(-jitter, jitter)), Float(random.uniform(-jitter, jitter)))
        return Box(lower: seed.lower + shift, upper: seed.upper + shift)
    }
}

let sizes: [[Float]] = [[4, 6, 9], [8, 12, 18], [16, 24, 36], [32, 48, 72]]
let generator = AnchorGenerator(width: sizes, height: sizes, depth: sizes)
let maps = [SIMD3(32, 32, 32), SIMD3(16, 16, 16), SIMD3(8, 8, 8), SIMD3(4, 4, 4)]
func makeAnchors() -> Anchors { generator.anchors(imageSize: SIMD3(64, 64, 64), featureMapSizes: maps) }
let anchors = makeAnchors()
let scattered = Anchors(boxes: anchors.boxes, perLevel: anchors.perLevel, perPosition: anchors.perPosition)
let objects = (0..<20).map { _ in box(extent: 50, smallest: 3, largest: 14) }
print("\(anchors.boxes.count) anchors of a patch of 64³, made: \(milliseconds(5) { _ = makeAnchors() })")
print("ATSS, 20 objects: \(milliseconds(9) { _ = ATSSMatcher().match(anchors: anchors, groundTruth: objects) })")
print("ATSS without the grid, 20 objects: \(milliseconds(1) { _ = ATSSMatcher().match(anchors: scattered, groundTruth: objects) })")
let matcher = IoUMatcher(low: 0.3, high: 0.5)
print("IoU matching, 20 objects: \(milliseconds(9) { _ = matcher.match(anchors: anchors, groundTruth: objects) })")

let many = clustered(10_000, clusters: 800, jitter: 2)
let manyScores = (0..<10_000).map { _ in Float(random.uniform()) }
for threshold in [0.1, 0.6] as [Float] {
    let kept = nonMaximumSuppression(many, scores: manyScores, threshold: threshold).count
    let time = milliseconds(9) { _ = nonMaximumSuppression(many, scores: manyScores, threshold: threshold) }
    print("suppression, 10 000 boxes, IoU \(threshold) (\(kept) kept): \(time)")
}
let loose = (0..<10_000).map { _ in box(extent: 64, smallest: 3, largest: 12) }
let kept = nonMaximumSuppression(loose, scores: manyScores, threshold: 0.6).count
print(
    "suppression, 10 000 boxes at random (\(kept) kept): \(milliseconds(5) { _ = nonMaximumSuppression(loose, scores: manyScores, threshold: 0.6) })"
)

let members = clustered(5000, clusters: 400, jitter: 2)
let memberScores = (0..<5000).map { _ in Float(random.uniform()) }
let memberLabels = (0..<5000).map { _ in random.integer(in: 0..<2) }
let ones = [Float](repeating: 1, count: 5000)
let clustering = WeightedBoxClustering(threshold: 0.5)
let clusteringTime = milliseconds(9) {
    _ = clustering.cluster(boxes: members, scores: memberScores, weights: ones, labels: memberLabels, expected: ones)
}
print("weighted clustering, 5000 boxes, 2 classes: \(clusteringTime)")
