import Torch

/// Scores every anchor for every class.
public protocol AnchorClassifier: Module {
    /// Classes without background.
    var classes: Int { get }
    /// `[N, C, …]` → logits `[N, anchors, width]`; the width is the classifier's own.
    func callAsFunction(_ x: Tensor) throws -> Tensor
    /// Loss of `logits` `[S, width]` for anchors whose class is `labels[i]`, nil for background.
    func loss(logits: Tensor, labels: [Int?]) throws -> Tensor
    /// Probabilities `[…, classes]` of `logits` `[…, width]`.
    func probabilities(_ logits: Tensor) throws -> Tensor
    /// Numbers `[S]` that rank `logits` `[S, width]` as the probability of the best class does.
    func ranking(_ logits: Tensor) throws -> Tensor
}

/// What every classifier is built from.
public struct ClassifierShape {
    public var inChannels: Int
    /// Of the inner convolutions.
    public var channels: Int
    public var anchorsPerPosition: Int
    public var classes: Int
    public var dimension: Int
    public var innerConvolutions: Int
    public var norm: ConvolutionUnit.Norm
    /// What the untrained network says of every anchor and class; keeps the first steps calm.
    public var priorProbability: Double
    public var reduction: Reduction
    public var lossWeight: Double

    func tower(width: Int, outBias: Double) throws -> HeadTower {
        try HeadTower(
            inChannels: inChannels, channels: channels, outChannels: anchorsPerPosition * width, dimension: dimension,
            innerConvolutions: innerConvolutions, norm: norm, outBias: outBias)
    }
}
