import Core
import Foundation
import Imaging
import Support

/// Overlap of predicted and annotated segmentations, case by case and of all voxels together (spec 09).
///
/// A segmentation that only parts objects from background is compared with the annotated objects of all classes as one.
public struct SegmentationEvaluator: Sendable {
    /// Dice of one case.
    public struct CaseDice: Codable, Sendable, Equatable {
        public let caseID: String
        /// Mean over the classes that appear; nil where neither prediction nor annotation has any.
        public let dice: Double?
        /// By class; nil for a class that appears in neither.
        public let perClass: [Double?]

        enum CodingKeys: String, CodingKey {
            case dice
            case caseID = "case_id"
            case perClass = "per_class"
        }
    }

    private let classes: Int
    public private(set) var cases: [CaseDice] = []
    private var pooled: SegmentationDice

    /// - Parameter classes: foreground classes that the segmentation tells apart.
    public init(classes: Int) {
        self.classes = classes
        pooled = SegmentationDice(classes: classes + 1)
    }

    /// Adds one case: class + 1 of each voxel, 0 for background.
    ///
    /// - Throws: `Problem` where the two are not of the same shape.
    public mutating func add(_ caseID: String, prediction: Volume<Int32>, truth: Volume<Int32>) throws {
        guard prediction.shape == truth.shape else {
            throw Problem(
                "case \(caseID)", "the segmentation has \(prediction.shape.sizeText) voxels, the annotation \(truth.shape.sizeText)",
                remedy: "predict the case again")
        }
        let truth = classes == 1 ? truth.voxels.map { $0 > 0 ? 1 : 0 } : truth.voxels
        var own = SegmentationDice(classes: classes + 1)
        own.add(prediction: prediction.voxels, truth: truth)
        pooled.add(own)
        cases.append(CaseDice(caseID: caseID, dice: own.value, perClass: own.perClass))
    }

    /// `seg_dice` of all voxels together; `dice` and `dice_cls_0`, … as means over the cases where they are defined; `pooled_dice_cls_…`.
    public func result() -> [String: Double] {
        func mean(_ values: [Double]) -> Double? { values.isEmpty ? nil : values.reduce(0, +) / Double(values.count) }
        var scores: [String: Double] = [:]
        scores["seg_dice"] = pooled.value
        scores["dice"] = mean(cases.compactMap(\.dice))
        for label in 0..<classes {
            scores["dice_cls_\(label)"] = mean(cases.compactMap { $0.perClass[label] })
            scores["pooled_dice_cls_\(label)"] = pooled.perClass[label]
        }
        return scores
    }

    /// Writes `results_seg.json` and `cases_seg.json`.
    public func write(in folder: URL) throws {
        try JSONFile.write(result(), to: folder.appendingPathComponent("results_seg.json"))
        try JSONFile.write(cases, to: folder.appendingPathComponent("cases_seg.json"))
    }
}
