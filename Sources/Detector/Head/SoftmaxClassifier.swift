import Foundation
import Torch

/// Classes and background exclude each other: softmax trained with cross entropy (the original's CE). Background comes first in the logits.
public struct SoftmaxClassifier: AnchorClassifier {
    private let tower: HeadTower
    public let classes: Int
    private let reduction: Reduction
    private let lossWeight: Double

    public init(_ shape: ClassifierShape) throws {
        classes = shape.classes
        reduction = shape.reduction
        lossWeight = shape.lossWeight
        tower = try shape.tower(width: shape.classes + 1, outBias: 0)
        // Every class has the prior probability, background what is left, where something is.
        let background = log(max(1 / shape.priorProbability - Double(classes), 1))
        let values = (0..<shape.anchorsPerPosition * (classes + 1)).map { $0 % (classes + 1) == 0 ? Float(background) : 0 }
        try tower.setOutBias(values)
    }

    public func callAsFunction(_ x: Tensor) throws -> Tensor { try tower(x, width: classes + 1) }

    public func loss(logits: Tensor, labels: [Int?]) throws -> Tensor {
        try crossEntropy(logits: logits, targets: ClassTargets.withBackground(labels, on: logits.device), reduction: reduction) * lossWeight
    }

    public func probabilities(_ logits: Tensor) throws -> Tensor {
        try logits.softmax(axis: -1).narrowed(axis: logits.rank - 1, start: 1, count: classes)
    }

    public func ranking(_ logits: Tensor) throws -> Tensor { try probabilities(logits).max(axis: 1).values }

    public var parameters: [NamedParameter] { tower.parameters }
}
