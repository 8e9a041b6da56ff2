// Resampling of one case, 144³ → 180³: data by cubic splines and segmentation by nearest label.
// The same with scikit-image: Benchmarks/Resampling/reference.py.
import Imaging
import Support

let source = SIMD3(144, 144, 144)
let target = SIMD3(180, 180, 180)
var generator = SeededGenerator(seed: 0)
let data = Volume<Float>(shape: source, voxels: (0..<source.x * source.y * source.z).map { _ in Float(generator.normal()) })
let labels = Volume<Int32>(shape: source, voxels: (0..<source.x * source.y * source.z).map { Int32($0 / 5000 % 7) })

func median(of repetitions: Int, _ body: () -> Void) -> Double {
    let clock = ContinuousClock()
    let times = (0..<repetitions).map { _ in clock.measure(body) / .seconds(1) }
    return times.sorted()[repetitions / 2]
}

for threads in Set([1, processorCount]).sorted() {
    let cubic = median(of: 7) { _ = data.resampled(to: target, interpolation: .cubic, threads: threads) }
    let linear = median(of: 7) { _ = data.resampled(to: target, interpolation: .linear, threads: threads) }
    print("144³ → 180³, \(threads) threads: cubic \(Int(cubic * 1000)) ms, linear \(Int(linear * 1000)) ms")
}
let nearest = median(of: 7) { _ = labels.resampledNearest(to: target) }
print("144³ → 180³, nearest label: \(Int(nearest * 1000)) ms")
let mask = Volume<UInt8>(shape: source, voxels: data.voxels.map { $0 > 0.5 ? 1 : 0 })
print("144³, filling holes of noise: \(Int(median(of: 3) { _ = mask.holesFilled() } * 1000)) ms")
print("144³, components of noise: \(Int(median(of: 3) { _ = mask.connectedComponents(connectivity: .corners) } * 1000)) ms")
print("144³, exchanging axes 0 and 2: \(Int(median(of: 3) { _ = data.transposed(SIMD3(2, 1, 0)) } * 1000)) ms")
