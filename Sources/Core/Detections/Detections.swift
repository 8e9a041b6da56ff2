import Boxes

/// What a detector found in one image: boxes with score and class, sorted by falling score where a stage hands them on (unless it does as the original does).
public struct Detections: Sendable, Equatable {
    /// Boxes in index coordinates of the image they belong to.
    public var boxes: [Box]
    /// Confidence in 0…1, one per box.
    public var scores: [Float]
    /// Class ids from 0, one per box.
    public var labels: [Int]

    public init(boxes: [Box] = [], scores: [Float] = [], labels: [Int] = []) {
        precondition(boxes.count == scores.count && boxes.count == labels.count, "one score and label per box")
        self.boxes = boxes
        self.scores = scores
        self.labels = labels
    }

    public var count: Int { boxes.count }
    public var isEmpty: Bool { boxes.isEmpty }

    /// The detections at `indices`, in that order.
    public func selecting(_ indices: [Int]) -> Detections {
        Detections(boxes: indices.map { boxes[$0] }, scores: indices.map { scores[$0] }, labels: indices.map { labels[$0] })
    }

    /// By falling score; equal scores keep their order.
    public func sortedByScore() -> Detections {
        selecting(scores.fallingOrder())
    }
}

/// The annotated objects of one image: boxes by the box rule (spec 05) and their classes.
public struct GroundTruth: Sendable, Equatable {
    public var boxes: [Box]
    /// Class ids from 0, one per box.
    public var labels: [Int]

    public init(boxes: [Box] = [], labels: [Int] = []) {
        precondition(boxes.count == labels.count, "one label per box")
        self.boxes = boxes
        self.labels = labels
    }

    public var count: Int { boxes.count }
}
