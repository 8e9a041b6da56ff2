import Support

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

    init(iou: Double, classID: Int?, _ ranking: Ranking, threshold: Int) {
        self.iou = iou
        self.classID = classID
        func bin(_ score: Double) -> Int { Int(score * Double(Self.bins), rounded: .towardZero, clampedTo: 0...Self.bins - 1) }
        var all = [Int](repeating: 0, count: Self.bins)
        for score in ranking.scores where score.isFinite { all[bin(score)] += 1 }
        truePositives = [Int](repeating: 0, count: Self.bins)
        for rank in ranking.hits[threshold] where ranking.scores[Int(rank)].isFinite { truePositives[bin(ranking.scores[Int(rank)])] += 1 }
        falsePositives = zip(all, truePositives).map { $0 - $1 }
        missed = ranking.objects.reduce(0) { $0 + Int($1) } - truePositives.reduce(0, +)
    }
}
