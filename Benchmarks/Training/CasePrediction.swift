import Core
import Detector
import Foundation
import Inference
import Support
import Torch

extension Step {
    /// Predicts a case of `size`³ voxels of noise without mirroring, from its voxels to joined detections.
    ///
    /// - Returns: seconds on the clock and on the processors, of the whole and of the network alone, and the tiles.
    func predictCase(_ size: Int) throws -> String {
        let shape = SIMD3(size, size, size)
        let voxels: [Float] = try Tensor.randn([size, size, size]).values()
        let patch = (2...4).map { images.size($0) }
        let patchSize = SIMD3(patch[0], patch[1], patch[2])
        let window = SlidingWindow(patchSize: patchSize, batchSize: images.size(0), transforms: 1)
        var network = Duration.zero
        var networkCPU = 0.0
        var tiles = 0
        let cpu = ProcessorTime.process
        let whole = try ContinuousClock().measure {
            let raw = try window.predict(
                image: voxels, channels: 1, shape: shape,
                models: [
                    { batch, count in
                        let images = try Tensor.from(batch, shape: [count, 1] + patch).to(device)
                        return try withoutGrad {
                            try withAutocast(device, autocast) {
                                let before = ProcessorTime.process
                                var output: RetinaUNet.BoxOutput?
                                network += try ContinuousClock().measure { output = try net.forwardBoxes(images) }
                                networkCPU += ProcessorTime.process - before
                                tiles += count
                                return try output.map { try net.detections(of: $0, imageSize: patchSize) } ?? []
                            }
                        }
                    }
                ])
            _ = BoxEnsembler(parameters: InferenceParameters()).detections(raw)
        }
        return "\(whole / .seconds(1)) \(ProcessorTime.process - cpu) \(network / .seconds(1)) \(networkCPU) \(tiles)"
    }
}
