import Boxes
import Core

/// Objects and detections of a case that count neither way, as COCO has them: crowds, and what is not of the size that is looked at.
struct ScoringMarks: Sendable {
    /// Per object: neither found nor missed.
    var ignoredObjects: [Bool]
    /// Per object: a group, in which any number of detections may lie.
    var crowds: [Bool]
    /// Per detection: not wrong, where it finds nothing.
    var excusedDetections: [Bool]
}

/// What matching found in one case: the ground of every score.
struct CaseMatches: Sendable {
    /// Detections that count, class after class, each by falling score.
    var scores: [Float] = []
    var labels: [Int32] = []
    /// Bit t is set where the detection found an object at threshold t.
    var hits: [UInt32] = []
    /// Bit t is set where the detection does not count at threshold t.
    var ignored: [UInt32] = []
    /// Objects that count, by class.
    var objects: [Int32]
    var unknownClasses: Set<Int> = []
    /// Whether a class has more objects than detections count.
    var isBeyondLimit = false

    /// - Parameter maxDetections: best detections of a class that count.
    init(
        _ detections: Detections, _ truth: GroundTruth, marks: ScoringMarks? = nil, classes: Int, thresholds: [Double], maxDetections: Int
    ) {
        objects = [Int32](repeating: 0, count: classes)
        var found = [[Int]](repeating: [], count: classes)
        var present = [[Int]](repeating: [], count: classes)
        for index in detections.scores.fallingOrder() {
            let label = detections.labels[index]
            guard label >= 0, label < classes else {
                unknownClasses.insert(label)
                continue
            }
            if found[label].count < maxDetections { found[label].append(index) }
        }
        for (index, label) in truth.labels.enumerated() {
            guard label >= 0, label < classes else {
                unknownClasses.insert(label)
                continue
            }
            present[label].append(index)
        }
        for label in 0..<classes where !found[label].isEmpty || !present[label].isEmpty {
            let matching = ObjectMatching(
                detections: found[label].map { detections.boxes[$0] }, objects: present[label].map { truth.boxes[$0] },
                ignored: marks.map { marks in present[label].map { marks.ignoredObjects[$0] } },
                crowds: marks.map { marks in present[label].map { marks.crowds[$0] } }, thresholds: thresholds)
            scores += found[label].map { detections.scores[$0] }
            labels += [Int32](repeating: Int32(label), count: found[label].count)
            hits += matching.detectionHits
            if let marks {
                let all = UInt32(truncatingIfNeeded: (UInt64(1) << UInt64(thresholds.count)) - 1)
                for (place, index) in found[label].enumerated() {
                    let excused = marks.excusedDetections[index] ? all & ~matching.detectionHits[place] : 0
                    ignored.append(matching.detectionIgnored[place] | excused)
                }
            }
            let counted = present[label].count { !(marks?.ignoredObjects[$0] ?? false) }
            objects[label] = Int32(counted)
            if counted > maxDetections { isBeyondLimit = true }
        }
    }
}
