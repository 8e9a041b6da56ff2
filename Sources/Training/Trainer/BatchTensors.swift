import Augmentation
import Detector
import Torch

extension Batch {
    /// The images `[B, C, …]` and the targets on `device`; 2D patches lose their axis of size 1.
    func tensors(on device: Device, dimension: Int) throws -> (images: Tensor, targets: DetectionTargets) {
        let count = truths.count
        let spatial = dimension == 3 ? [size.x, size.y, size.z] : [size.x, size.y]
        let channels = images.count / (count * spatial.reduce(1, *))
        return (
            try Tensor.from(images, shape: [count, channels] + spatial).to(device),
            DetectionTargets(truths: truths, classes: try Tensor.from(semantic(), shape: [count] + spatial).to(device).to(.int64))
        )
    }
}
