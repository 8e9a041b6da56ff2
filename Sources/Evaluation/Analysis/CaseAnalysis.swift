import Boxes
import Core

/// What a detector got right and wrong in one case, at one IoU and one score threshold (spec 09, analysis; the original's keys).
public struct CaseAnalysis: Codable, Sendable, Equatable {
    /// A detection with its score, its class and the class of the object it lies on (−1 for none), box in the original's order.
    public struct Example: Codable, Sendable, Equatable {
        public let box: [Float]
        public let score: Float
        public let label: Int
        public let trueLabel: Int
        public let iou: Double

        enum CodingKeys: String, CodingKey {
            case box, score, label, iou
            case trueLabel = "true_label"
        }
    }

    /// A detection that is none of an object's, or of the wrong class.
    public enum Mistake: String, Codable, Sendable { case place = "fp_iou", label = "fp_cls" }

    public let caseID: String
    /// Annotated objects.
    public let objects: Int
    /// Detections on an object of their class; several may lie on one.
    public let hits: Int
    /// Wrong detections.
    public let wrong: Int
    /// The three best hits of more than 0.5, and the three worst of less.
    public let bestHits: [Example]
    public let worstHits: [Example]
    /// The five wrong detections of the highest score, and what is wrong with them.
    public let worstMistakes: [Example]
    public let mistakeTypes: [Mistake]
    /// Objects without a hit, boxes in the original's order.
    public let missedBoxes: [[Float]]
    public let missed: Int

    enum CodingKeys: String, CodingKey {
        case caseID = "case_id"
        case objects = "num_gt"
        case hits = "iou_tp"
        case wrong = "num_fp"
        case bestHits = "tp_high"
        case worstHits = "tp_low"
        case worstMistakes = "fp"
        case mistakeTypes = "fp_type"
        case missedBoxes = "fn_boxes"
        case missed = "num_fn"
    }
}
