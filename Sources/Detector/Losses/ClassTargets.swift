import Torch

/// What a classifier with one sigmoid per class is to say of anchors.
public enum ClassTargets {
    /// Rows `[anchors, classes]` of dtype and device of `tensor`: 1 for the anchor's class, 0 elsewhere and for background (nil).
    ///
    /// - Parameters:
    ///   - labels: class id of each anchor, from 0; nil is background.
    ///   - classes: number of classes, background not counted.
    ///   - smoothing: taken from the 1; every other class gets its share, counted with background as a class of its own.
    ///   - tensor: whose dtype and device the rows take.
    public static func oneHot(_ labels: [Int?], classes: Int, smoothing: Double = 0, like tensor: Tensor) throws -> Tensor {
        var targets = [Float](repeating: Float(smoothing / Double(classes + 1)), count: labels.count * classes)
        for (row, label) in labels.enumerated() {
            if let label { targets[row * classes + label] = Float(1 - smoothing) }
        }
        return try Tensor.from(targets, shape: [labels.count, classes]).to(tensor.dtype).to(tensor.device)
    }

    /// Class ids `[anchors]` (int64) where background is 0 and class k is k + 1.
    public static func withBackground(_ labels: [Int?], on device: Device) throws -> Tensor {
        try Tensor.from(labels.map { Int64($0.map { $0 + 1 } ?? 0) }, shape: [labels.count]).to(device)
    }
}
