import Boxes
import Support
import Torch

/// Anchors that take part in the loss; indices into the anchors of the whole batch, image after image.
public struct AnchorSample: Sendable, Equatable {
    public var positives: [Int]
    public var negatives: [Int]

    public init(positives: [Int], negatives: [Int]) {
        self.positives = positives
        self.negatives = negatives
    }
}

/// Chooses anchors for the loss.
public protocol AnchorSampling {
    /// - Parameters:
    ///   - matches: per image, per anchor: index of its object, −1 background, −2 ignored.
    ///   - ranking: gives a number `[images · anchors]` per anchor that rises with how much the network takes it for an object.
    ///   - generator: where chance decides between anchors.
    func sample(_ matches: [[Int32]], ranking: () throws -> Tensor, using generator: inout SeededGenerator) throws -> AnchorSample
}
