import Augmentation
import Detector
import Torch

extension Batch {
    /// The images `[B, C, …]` and the targets on `device`, on the CPU where they are; 2D patches lose their axis of size 1.
    func tensors(on device: Device, dimension: Int) throws -> (images: Tensor, targets: DetectionTargets) {
        let count = truths.count
        let spatial = dimension == 3 ? [size.x, size.y, size.z] : [size.x, size.y]
        let channels = images.count / (count * spatial.reduce(1, *))
        return (
            try Tensor.sharing(images, shape: [count, channels] + spatial).to(device),
            DetectionTargets(truths: truths, classes: try Tensor.sharing(semantic(), shape: [count] + spatial).to(device).to(.int64))
        )
    }
}
