import Foundation
import Torch

/// Scores every anchor for every class: one sigmoid each, trained with binary cross entropy (spec 06).
public struct Classifier: Module {
    private let tower: HeadTower
    public let classes: Int
    private let reduction: Reduction
    private let lossWeight: Double

    /// - Parameter priorProbability: what the untrained network says of every anchor; keeps the first steps calm.
    public init(
        inChannels: Int, channels: Int, anchorsPerPosition: Int, classes: Int, dimension: Int, innerConvolutions: Int,
        norm: ConvolutionUnit.Norm, priorProbability: Double, reduction: Reduction, lossWeight: Double
    ) throws {
        tower = try HeadTower(
            inChannels: inChannels, channels: channels, outChannels: anchorsPerPosition * classes, dimension: dimension,
            innerConvolutions: innerConvolutions, norm: norm, outBias: -log((1 - priorProbability) / priorProbability))
        self.classes = classes
        self.reduction = reduction
        self.lossWeight = lossWeight
    }

    /// `[N, C, …]` → logits `[N, anchors, classes]`.
    public func callAsFunction(_ x: Tensor) throws -> Tensor { try tower(x, width: classes) }

    /// Loss of `logits` `[S, classes]` for anchors whose class is `labels[i]`, nil for background.
    public func loss(logits: Tensor, labels: [Int?]) throws -> Tensor {
        var targets = [Float](repeating: 0, count: labels.count * classes)
        for (row, label) in labels.enumerated() {
            if let label { targets[row * classes + label] = 1 }
        }
        let target = try Tensor.from(targets, shape: [labels.count, classes]).to(logits.dtype).to(logits.device)
        return try binaryCrossEntropy(logits: logits, targets: target, reduction: reduction) * lossWeight
    }

    /// Probabilities of logits.
    public func probabilities(_ logits: Tensor) throws -> Tensor { try logits.sigmoid() }

    public var parameters: [NamedParameter] { tower.parameters }
}
