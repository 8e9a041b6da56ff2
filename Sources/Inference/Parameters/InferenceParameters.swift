/// How raw predictions become detections (spec 08); found by the sweep and kept in the inference plan. The original's keys and defaults.
public struct InferenceParameters: Codable, Sendable, Equatable {
    /// Suppression within the boxes of one model and mirroring.
    public enum ModelSuppression: String, Codable, Sendable, CaseIterable {
        /// Ranks by score × weight, hands on the scores and sets all weights to 1.
        case weighted = "batched_weighted_nms_model"
        /// Ranks by score and keeps the weights.
        case plain = "batched_nms_model"
    }

    /// How the boxes of all models and mirrorings are joined.
    public enum Ensembling: String, Codable, Sendable, CaseIterable {
        /// Weighted box clustering, class by class.
        case weightedClustering = "batched_wbc_ensemble"
        /// Non-maximum suppression class by class that ranks by score × weight.
        case weightedSuppression = "batched_weighted_nms_ensemble"
        /// Non-maximum suppression class by class that ranks by score.
        case plainSuppression = "batched_nms_ensemble"
    }

    /// Overlap (IoU) above which a box of one model suppresses another.
    public var modelIoU: Double
    public var modelSuppression: ModelSuppression
    /// Boxes of one model stay when their score is greater.
    public var modelScoreThreshold: Double
    /// Boxes of one model that enter suppression, best first.
    public var modelTopK: Int
    /// Boxes of one model that leave suppression.
    public var modelDetectionsPerImage: Int
    /// Overlap (IoU) above which boxes form a cluster.
    public var ensembleIoU: Double
    public var ensembling: Ensembling
    /// Boxes of all models that enter clustering, best first.
    public var ensembleTopK: Int
    /// Boxes with a side shorter than this (voxels of the preprocessed case) are dropped.
    public var removeSmallBoxes: Double
    /// Clusters stay when their score is greater.
    public var ensembleScoreThreshold: Double

    public init(
        modelIoU: Double = 0.1, modelSuppression: ModelSuppression = .weighted, modelScoreThreshold: Double = 0, modelTopK: Int = 1000,
        modelDetectionsPerImage: Int = 100, ensembleIoU: Double = 0.5, ensembling: Ensembling = .weightedClustering,
        ensembleTopK: Int = 1000, removeSmallBoxes: Double = 0.01, ensembleScoreThreshold: Double = 0
    ) {
        self.modelIoU = modelIoU
        self.modelSuppression = modelSuppression
        self.modelScoreThreshold = modelScoreThreshold
        self.modelTopK = modelTopK
        self.modelDetectionsPerImage = modelDetectionsPerImage
        self.ensembleIoU = ensembleIoU
        self.ensembling = ensembling
        self.ensembleTopK = ensembleTopK
        self.removeSmallBoxes = removeSmallBoxes
        self.ensembleScoreThreshold = ensembleScoreThreshold
    }
}

extension InferenceParameters {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case modelIoU = "model_iou"
        case modelSuppression = "model_nms_fn"
        case modelScoreThreshold = "model_score_thresh"
        case modelTopK = "model_topk"
        case modelDetectionsPerImage = "model_detections_per_image"
        case ensembleIoU = "ensemble_iou"
        case ensembling = "ensemble_nms_fn"
        case ensembleTopK = "ensemble_topk"
        case removeSmallBoxes = "remove_small_boxes"
        case ensembleScoreThreshold = "ensemble_score_thresh"
    }

    /// The keys that parameters may have.
    package static let keys = CodingKeys.allCases.map(\.rawValue)

    /// A missing key takes its default; functions may be named with their Python module in front.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        let defaults = InferenceParameters()
        func named<Choice: RawRepresentable>(_ key: CodingKeys, _ fallback: Choice) throws -> Choice where Choice.RawValue == String {
            guard let name = try values.decodeIfPresent(String.self, forKey: key) else { return fallback }
            guard let choice = Choice(rawValue: name.split(separator: ".").last.map(String.init) ?? name) else {
                throw DecodingError.dataCorruptedError(forKey: key, in: values, debugDescription: "no function of the name '\(name)'")
            }
            return choice
        }
        func count(_ key: CodingKeys, _ fallback: Int) throws -> Int {
            let value = try values.decodeIfPresent(Int.self, forKey: key) ?? fallback
            guard value >= 0 else {
                throw DecodingError.dataCorruptedError(forKey: key, in: values, debugDescription: "\(value) is negative")
            }
            return value
        }
        modelIoU = try values.decodeIfPresent(Double.self, forKey: .modelIoU) ?? defaults.modelIoU
        modelSuppression = try named(.modelSuppression, defaults.modelSuppression)
        modelScoreThreshold = try values.decodeIfPresent(Double.self, forKey: .modelScoreThreshold) ?? defaults.modelScoreThreshold
        modelTopK = try count(.modelTopK, defaults.modelTopK)
        modelDetectionsPerImage = try count(.modelDetectionsPerImage, defaults.modelDetectionsPerImage)
        ensembleIoU = try values.decodeIfPresent(Double.self, forKey: .ensembleIoU) ?? defaults.ensembleIoU
        ensembling = try named(.ensembling, defaults.ensembling)
        ensembleTopK = try count(.ensembleTopK, defaults.ensembleTopK)
        removeSmallBoxes = try values.decodeIfPresent(Double.self, forKey: .removeSmallBoxes) ?? defaults.removeSmallBoxes
        ensembleScoreThreshold =
            try values.decodeIfPresent(Double.self, forKey: .ensembleScoreThreshold) ?? defaults.ensembleScoreThreshold
    }
}
