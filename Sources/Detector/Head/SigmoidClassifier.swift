import Foundation
import Torch

/// One sigmoid per class, trained with binary cross entropy or focal loss (the original's BCE and Focal; spec 06).
public struct SigmoidClassifier: AnchorClassifier {
    /// How far the sigmoids are from the truth.
    public enum Loss: Sendable, Equatable {
        /// - Parameter smoothing: of the labels, see `ClassTargets.oneHot`.
        case entropy(smoothing: Double)
        case focal(FocalLoss)
    }

    private let tower: HeadTower
    public let classes: Int
    private let loss: Loss
    private let reduction: Reduction
    private let lossWeight: Double

    public init(_ shape: ClassifierShape, loss: Loss = .entropy(smoothing: 0)) throws {
        let prior = shape.priorProbability
        tower = try shape.tower(width: shape.classes, outBias: -log((1 - prior) / prior))
        classes = shape.classes
        self.loss = loss
        reduction = shape.reduction
        lossWeight = shape.lossWeight
    }

    public func callAsFunction(_ x: Tensor) throws -> Tensor { try tower(x, width: classes) }

    public func loss(logits: Tensor, labels: [Int?]) throws -> Tensor {
        let value =
            switch loss {
            case .entropy(let smoothing):
                try binaryCrossEntropy(
                    logits: logits, targets: ClassTargets.oneHot(labels, classes: classes, smoothing: smoothing, like: logits),
                    reduction: reduction)
            case .focal(let focal):
                try focal(logits: logits, targets: ClassTargets.oneHot(labels, classes: classes, like: logits), reduction: reduction)
            }
        return try value * lossWeight
    }

    public func probabilities(_ logits: Tensor) throws -> Tensor { try logits.sigmoid() }

    /// The sigmoid is monotonic, logits rank alike.
    public func ranking(_ logits: Tensor) throws -> Tensor { try logits.max(axis: 1).values }

    public var parameters: [NamedParameter] { tower.parameters }
}
