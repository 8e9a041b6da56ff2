import Boxes
import Core

/// What one case comes to at an operating point, as the scores count it: each object is found once, by a detection of its class.
public struct CaseCounts: Sendable, Equatable {
    public let caseID: String
    public let objects: Int
    public let found: Int
    public let falsePositives: Int
    /// Of the false positives; nil where there is none.
    public let highestFalsePositive: Float?
    public var missed: Int { objects - found }

    /// - Parameters:
    ///   - item: what was found and annotated in one image.
    ///   - iou: overlap that makes a hit.
    ///   - score: detections of a lower one do not count.
    ///   - classes: number of classes, ids from 0; detections and objects of others are left out.
    ///   - maxDetections: best detections that count, per class.
    public init(_ item: EvaluationCase, iou: Double, score: Double, classes: Int, maxDetections: Int) {
        let ranked = item.detections.scores.fallingOrder().filter { Double(item.detections.scores[$0]) >= score }
        var (objects, found, falsePositives) = (0, 0, 0)
        var highest: Float?
        for label in 0..<classes {
            let detections = ranked.filter { item.detections.labels[$0] == label }.prefix(maxDetections)
            let truth = item.truth.boxes.indices.filter { item.truth.labels[$0] == label }.map { item.truth.boxes[$0] }
            let matching = ObjectMatching(
                detections: detections.map { item.detections.boxes[$0] }, objects: truth, thresholds: [iou])
            objects += truth.count
            found += matching.objectHits.count { $0 != 0 }
            for (detection, hits) in zip(detections, matching.detectionHits) where hits == 0 {
                falsePositives += 1
                highest = max(highest ?? 0, item.detections.scores[detection])
            }
        }
        caseID = item.id
        self.objects = objects
        self.found = found
        self.falsePositives = falsePositives
        highestFalsePositive = highest
    }
}
