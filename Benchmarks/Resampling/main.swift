// Resampling and components, one measurement per process so that peak memory is its own.
// compare.py beside this file runs it next to scikit-image.
//
//   ResamplingBenchmark resample <in.npy> <out.npy> <size 0> <size 1> <size 2> <cubic|nearest> <repetitions>
//   ResamplingBenchmark volumes            holes, components and transposition of 144³ voxels
import Foundation
import Imaging
import Support

func median(of repetitions: Int, _ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let times = try (0..<repetitions).map { _ in try clock.measure(body) / .seconds(1) }
    return times.sorted()[repetitions / 2]
}

/// Peak resident memory of this process so far.
func peakMemory() -> Int {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
}

func report(_ seconds: Double, _ extra: [String: Int] = [:]) {
    let fields = ["\"seconds\": \(seconds)"] + extra.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }
    print("{\(fields.joined(separator: ", "))}")
}

func resample(_ words: [String]) throws {
    let array = try NPYArray.read(URL(fileURLWithPath: words[0]))
    let source = SIMD3(array.shape[0], array.shape[1], array.shape[2])
    let target = SIMD3(Int(words[2]) ?? 0, Int(words[3]) ?? 0, Int(words[4]) ?? 0)
    let repetitions = Int(words[6]) ?? 1
    let url = URL(fileURLWithPath: words[1])
    let shape = [target.x, target.y, target.z]
    if words[5] == "nearest" {
        let volume = Volume(shape: source, voxels: array.int32s())
        var result = volume
        report(median(of: repetitions) { result = volume.resampledNearest(to: target) })
        return try NPYArray(result.voxels, shape: shape).write(to: url)
    }
    let volume = Volume(shape: source, voxels: array.floats())
    // The first run alone, for its memory beside the input that is there already.
    let before = peakMemory()
    var result = Volume<Float>(shape: SIMD3(0, 0, 0), voxels: [])
    let first = median(of: 1) { result = volume.resampled(to: target, interpolation: .cubic) }
    let growth = peakMemory() - before
    let seconds = repetitions > 1 ? median(of: repetitions) { result = volume.resampled(to: target, interpolation: .cubic) } : first
    report(seconds, ["peak": growth + volume.count * 4])
    try NPYArray(result.voxels, shape: shape).write(to: url)
}

func volumes() {
    let source = SIMD3(144, 144, 144)
    var generator = SeededGenerator(seed: 0)
    let data = Volume<Float>(shape: source, voxels: (0..<source.x * source.y * source.z).map { _ in Float(generator.normal()) })
    let mask = Volume<UInt8>(shape: source, voxels: data.voxels.map { $0 > 0.5 ? 1 : 0 })
    print("144³, filling holes of noise: \(Int(median(of: 3) { _ = mask.holesFilled() } * 1000)) ms")
    print("144³, components of noise: \(Int(median(of: 3) { _ = mask.connectedComponents(connectivity: .corners) } * 1000)) ms")
    print("144³, exchanging axes 0 and 2: \(Int(median(of: 3) { _ = data.transposed(SIMD3(2, 1, 0)) } * 1000)) ms")
}

let words = Array(CommandLine.arguments.dropFirst())
switch words.first {
case "resample": try resample(Array(words.dropFirst()))
default: volumes()
}
