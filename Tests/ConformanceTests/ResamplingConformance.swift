import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// Resampling against the original's (nnU-Net's, scikit-image's): data within 1e-5 of its range, labels exactly.
@Suite struct ResamplingConformance {
    private static let file = "prep/resample.npz"

    /// One case of resample.json; the arrays of case i have the prefix `i_`.
    private struct Case: Decodable {
        let originalSpacing: [Double]
        let separatesZ: Bool
        let lowestAxes: [Int]

        enum CodingKeys: String, CodingKey {
            case originalSpacing = "original_spacing"
            case separatesZ = "do_separate_z_original"
            case lowestAxes = "lowres_axis"
        }
    }

    @Test(arguments: SeedFolder.all)
    func cubicAndNearest(seed: SeedFolder) throws {
        try check(seed, "project", data: { source, target, _ in source.resampled(to: target, interpolation: .cubic) })
    }

    @Test(arguments: SeedFolder.all)
    func linear(seed: SeedFolder) throws {
        try check(
            seed, "order1_seg1", data: { source, target, _ in source.resampled(to: target, interpolation: .linear) },
            labels: { source, target in
                // What the original does with labels of order 1: each label's mask is resampled, the largest share wins. Which of two equal
                // shares wins depends on the last bit of the arithmetic.
                var result = Volume<Int32>(shape: target, filledWith: 0)
                var largest = [Float](repeating: -1, count: result.count)
                var ties: Set<Int> = []
                for label in Set(source.voxels).sorted() {
                    let mask = Volume(shape: source.shape, voxels: source.voxels.map { $0 == label ? Float(1) : 0 })
                    let share = mask.resampled(to: target, interpolation: .linear)
                    for (index, value) in share.voxels.enumerated() {
                        if abs(value - largest[index]) < 1e-6 {
                            ties.insert(index)
                        } else if value > largest[index] {
                            ties.remove(index)
                            (largest[index], result.voxels[index]) = (value, label)
                        }
                    }
                }
                return (result, ties)
            })
    }

    @Test(arguments: SeedFolder.all)
    func slicesApart(seed: SeedFolder) throws {
        try check(
            seed, "sepz_auto_order_z0",
            data: { source, target, description in
                guard description.separatesZ, description.lowestAxes.count == 1 else {
                    return source.resampled(to: target, interpolation: .cubic)
                }
                return source.resampledBySlices(across: description.lowestAxes[0], to: target)
            })
    }

    private func check(
        _ seed: SeedFolder, _ name: String, data: (Volume<Float>, SIMD3<Int>, Case) -> Volume<Float>,
        labels: (Volume<Int32>, SIMD3<Int>) -> (Volume<Int32>, ties: Set<Int>) = { ($0.resampledNearest(to: $1), []) }
    ) throws {
        let arrays = try seed.npz(Self.file)
        let cases = try seed.json([Case].self, "prep/resample.json")
        let channels = try volumes(#require(arrays["data"]))
        let segmentation = try volumes(#require(arrays["seg"])).map { Volume(shape: $0.shape, voxels: $0.voxels.map { Int32($0) }) }
        #expect(!cases.isEmpty)
        var deviation = 0.0
        for (index, description) in cases.enumerated() {
            for (source, expected) in zip(channels, try volumes(#require(arrays["\(index)_\(name)_data"]))) {
                let result = data(source, expected.shape, description)
                #expect(result.shape == expected.shape)
                let range = Double((source.voxels.max() ?? 0) - (source.voxels.min() ?? 0))
                for (mine, theirs) in zip(result.voxels, expected.voxels) { deviation = max(deviation, Double(abs(mine - theirs)) / range) }
            }
            for (source, expected) in zip(segmentation, try volumes(#require(arrays["\(index)_\(name)_seg"]))) {
                let (mine, ties) = labels(source, expected.shape)
                let wrong = mine.voxels.indices.count { Float(mine.voxels[$0]) != expected.voxels[$0] && !ties.contains($0) }
                #expect(ties.count < mine.count / 20)
                #expect(ConformanceReport.note(family: "prep", file: "resample (\(name), labels)", deviation: Double(wrong), tolerance: 0))
            }
        }
        #expect(ConformanceReport.note(family: "prep", file: "resample (\(name), data)", deviation: deviation, tolerance: 1e-5))
    }

    /// The channels of an array [C, a0, a1, a2].
    private func volumes(_ array: NPYArray) throws -> [Volume<Float>] {
        let shape = SIMD3(array.shape[1], array.shape[2], array.shape[3])
        let size = shape.x * shape.y * shape.z
        let values = array.floats()
        return (0..<array.shape[0]).map { Volume(shape: shape, voxels: Array(values[$0 * size..<($0 + 1) * size])) }
    }
}
