import Core
import Foundation
import Support

/// Seeded random weights in place of trained ones: what a network detects after a few training steps depends on the processor, which rounds in
/// its own way.
///
/// With these weights every network detects objects of both classes everywhere in every image, in any precision. The scores differ from each
/// other and are about 0.6 to 0.95, so that no score threshold of the sweep removes anything.
enum FixedWeights {
    /// Writes the weights of every checkpoint of `run`, for a network with `parameters`. Each seed and checkpoint gets other weights.
    static func write(_ parameters: [(name: String, shape: [Int])], to run: RunFolder, seed: UInt64 = 0) throws {
        for checkpoint in Checkpoint.allCases {
            let generator = SeededGenerator(seed: seed).split(checkpoint.rawValue)
            var weights = Safetensors()
            for (name, shape) in parameters {
                let values = values(of: name, shape: shape, generator)
                weights.entries[name] = Safetensors.Entry(dtype: "F32", shape: shape, bytes: values.withUnsafeBytes { Data($0) })
            }
            try weights.write(to: run.weights(checkpoint))
        }
    }

    private static func values(of name: String, shape: [Int], _ generator: SeededGenerator) -> [Float] {
        // Most of it is common to all networks: they detect about the same boxes with other scores, as the folds of one model do.
        var (common, own) = (SeededGenerator(seed: 0).split(name), generator.split(name))
        let normal = (0..<shape.reduce(1, *)).map { _ in Float(0.95 * common.normal() + 0.3 * own.normal()) }
        switch shape.count {
        case 0: return [1]
        case 1:
            let mean: Float = name.hasSuffix("norm.weight") ? 1 : name.contains("classifier.conv_out") ? -1.5 : 0
            return normal.map { mean + 0.1 * $0 }
        default:
            let inputs = Float(normal.count / shape[0])
            let gain: Float = name.contains("classifier.conv_out") ? 1.4 : name.contains("regressor.conv_out") ? 0.3 : 1
            let values = normal.map { gain * $0 / inputs.squareRoot() }
            return name.contains("classifier.conv_out") ? centered(values, kernel: shape.dropFirst(2).reduce(1, *)) : values
        }
    }

    /// Without the mean of each kernel, which would favor one class or one anchor everywhere.
    private static func centered(_ values: [Float], kernel: Int) -> [Float] {
        stride(from: 0, to: values.count, by: kernel).flatMap { start in
            let taps = values[start..<start + kernel]
            let mean = taps.reduce(0, +) / Float(kernel)
            return taps.map { $0 - mean }
        }
    }
}
