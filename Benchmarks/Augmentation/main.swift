// Samples per second and thread that augmentation makes of patches in memory; compare.py runs it beside batchgenerators.
//
//   AugmentationBenchmark <patch size> <configuration> <order 1 or 3> <samples>
import Augmentation
import Core
import Foundation
import Support

let words = Array(CommandLine.arguments.dropFirst())
let size = words.count > 0 ? Int(words[0]) ?? 96 : 96
let name = words.count > 1 ? words[1] : "base_more"
let order = words.count > 2 ? words[2] : "3"
let samples = words.count > 3 ? Int(words[3]) ?? 20 : 20

let environment = Environment(dataFolder: URL(fileURLWithPath: "."), modelsFolder: URL(fileURLWithPath: "."))
let configuration = try Configuration.compose(["augmentation=\(name)", "augmentation.order_data=\(order)"], environment: environment)
let pipeline = try AugmentationPipeline.training(
    configuration.augmentation, masked: [false], dimension: 3, patchSize: SIMD3(size, size, size))

func peakMemory() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
}

var generator = SeededGenerator(seed: 0)
let cut = pipeline.generatorSize
let voxels = cut.x * cut.y * cut.z
let images = (0..<voxels).map { _ in Float(generator.normal()) }
let labels = (0..<voxels).map { Int32($0 / 4096 % 5) }
let before = peakMemory()
var seconds = 0.0
for index in 0..<samples {
    var patch = Patch(images: images, labels: labels, channels: 1, size: cut)
    seconds += ContinuousClock().measure { pipeline.apply(to: &patch, using: SeededGenerator(seed: UInt64(index))) } / .seconds(1)
}
// Images and labels of the patch that was cut, which are the loader's to hold.
let held = voxels * 8
print(
    "{\"samples_per_second\": \(Double(samples) / seconds), \"generator\": [\(cut.x), \(cut.y), \(cut.z)], "
        + "\"peak_over_patch\": \(Double(peakMemory() - before + held) / Double(held))}")
