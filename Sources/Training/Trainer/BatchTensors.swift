import Augmentation
import Detector
import Torch

extension Batch {
    /// The images `[B, C, …]` and the targets on `device`; 2D patches lose their axis of size 1.
    func tensors(on device: Device, dimension: Int) throws -> (images: Tensor, targets: DetectionTargets) {
        let count = truths.count
        let spatial = dimension == 3 ? [size.x, size.y, size.z] : [size.x, size.y]
        let channels = images.count / (count * spatial.reduce(1, *))
        var foreground = [UInt8](repeating: 0, count: segmentation.count)
        segmentation.withUnsafeBufferPointer { source in
            for index in source.indices where source[index] > 0 { foreground[index] = 1 }
        }
        return (
            try Tensor.from(images, shape: [count, channels] + spatial).to(device),
            DetectionTargets(truths: truths, foreground: try Tensor.from(foreground, shape: [count] + spatial).to(device).to(.int64))
        )
    }
}
