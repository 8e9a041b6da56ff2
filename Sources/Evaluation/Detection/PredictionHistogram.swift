/// How many detections of each score found an object and how many did not.
public struct PredictionHistogram: Codable, Sendable, Equatable {
    public static let bins = 50

    /// IoU from which a detection counts as found.
    public let iou: Double
    /// The class, nil for all together.
    public let classID: Int?
    /// Per bin of the score (0…1, bins of equal width, 1 in the last one).
    public var truePositives: [Int]
    public var falsePositives: [Int]
    /// Objects that no detection found.
    public var missed: Int

    enum CodingKeys: String, CodingKey {
        case iou, missed
        case classID = "class_id"
        case truePositives = "true_positives"
        case falsePositives = "false_positives"
    }

    init(iou: Double, classID: Int?, _ record: ClassRecord, threshold: Int) {
        self.iou = iou
        self.classID = classID
        truePositives = [Int](repeating: 0, count: Self.bins)
        falsePositives = truePositives
        for (index, score) in record.scores.enumerated() where score.isFinite {
            let bin = min(max(Int(Double(score) * Double(Self.bins)), 0), Self.bins - 1)
            if record.isHit(index, threshold) { truePositives[bin] += 1 } else { falsePositives[bin] += 1 }
        }
        missed = record.objects - truePositives.reduce(0, +)
    }
}
