import Augmentation
import Core
import Foundation
import Support
import Testing

/// What changes of intensity draw, taken back from the voxels that they change: the ranges and moments of spec 05.
@Suite struct IntensityDistributionTests {
    private let draws = 10_000

    /// The changes of a shipped set, certain to come, by name.
    private func changes(_ name: String, _ overrides: [String] = []) throws -> [String: IntensityTransform] {
        let environment = Environment(dataFolder: URL(fileURLWithPath: "data"), modelsFolder: URL(fileURLWithPath: "models"))
        let configuration = try Configuration.compose(["augmentation=\(name)"] + overrides, environment: environment)
        let pipeline = try AugmentationPipeline.training(
            configuration.augmentation, masked: [false], dimension: 3, patchSize: SIMD3(8, 8, 8))
        let changes = pipeline.transforms.compactMap { $0 as? IntensityTransform }
        return Dictionary(
            uniqueKeysWithValues: changes.map {
                var certain = $0
                (certain.probability, certain.channelProbability) = (1, 1)
                return (certain.name, certain)
            })
    }

    /// For each seed what `change` makes of a row of voxels, `recover` reading a number off it; two modalities of the same voxels give two.
    private func recovered(
        _ change: IntensityTransform?, _ row: [Float], modalities: Int = 1, _ recover: (ArraySlice<Float>) -> Double
    ) throws -> [[Double]] {
        let change = try #require(change)
        return try (0..<UInt64(draws)).map { seed in
            var patch = Patch(
                images: (0..<modalities).flatMap { _ in row }, labels: Array(repeating: 0, count: row.count), channels: modalities,
                size: SIMD3(1, 1, row.count))
            var generator = SeededGenerator(seed: seed)
            try change.apply(to: &patch, using: &generator)
            return (0..<modalities).map { recover(patch.images[$0 * row.count..<($0 + 1) * row.count]) }
        }
    }

    /// Every modality has a number of its own: the two are as far apart as independent ones are.
    private func expectIndependent(_ pairs: [[Double]], _ what: String) {
        func moments(_ index: Int) -> (mean: Double, deviation: Double) {
            let mean = pairs.reduce(0) { $0 + $1[index] } / Double(pairs.count)
            return (mean, (pairs.reduce(0) { $0 + ($1[index] - mean) * ($1[index] - mean) } / Double(pairs.count)).squareRoot())
        }
        let (a, b) = (moments(0), moments(1))
        let product = pairs.reduce(0) { $0 + ($1[0] - a.mean) * ($1[1] - b.mean) } / Double(pairs.count)
        #expect(abs(product / (a.deviation * b.deviation)) < 5 / Double(pairs.count).squareRoot(), "\(what)")
    }

    @Test func noise() throws {
        // With the same seed the same normal number is scaled by the drawn deviation, and by 1.
        func values(_ change: IntensityTransform?) throws -> [[Double]] {
            try recovered(change, [0], modalities: 2) { Double($0.first ?? 0) }
        }
        let scaled = try values(changes("base_more")["noise"])
        let plain = try values(IntensityTransform(.noise(deviation: 1...1), probability: 1))
        Statistics.expectNormal(plain.map { $0[0] }, mean: 0, deviation: 1, "noise")
        expectIndependent(plain, "noise of two modalities")
        let deviations = zip(scaled, plain).map { scaled, plain in zip(scaled, plain).map { $0 / $1 } }
        Statistics.expectUniform(deviations.map { $0[0] }, 0...0.1, "deviation of the noise")
        // One for all modalities.
        #expect(deviations.allSatisfy { abs($0[0] - $0[1]) < 1e-5 })
    }

    @Test(arguments: [("base_more", 0.5...1), ("insane", 0.5...1.5)])
    func blur(name: String, range: ClosedRange<Double>) throws {
        let impulse = (0..<17).map { Float($0 == 8 ? 1 : 0) }
        // Next to the middle of a Gaussian of width σ stands exp(−1 / 2σ²) of the middle.
        let sigmas = try recovered(changes(name)["blur"], impulse, modalities: 2) { row in
            let start = row.startIndex + 8
            return (-0.5 / log(Double(row[start + 1] / row[start]))).squareRoot()
        }
        Statistics.expectUniform(sigmas.map { $0[0] }, range, "width of the blur")
        expectIndependent(sigmas, "blur of two modalities")
    }

    @Test(arguments: [("base_more", 0.75...1.25), ("insane", 0.75...1.3)])
    func brightness(name: String, range: ClosedRange<Double>) throws {
        let factors = try recovered(changes(name)["brightness"], [1], modalities: 2) { Double($0.first ?? 0) }
        Statistics.expectUniform(factors.map { $0[0] }, range, "brightness")
        expectIndependent(factors, "brightness of two modalities")
        let additive = try changes(name, ["augmentation.do_additive_brightness=true"])["additive brightness"]
        let shifts = try recovered(additive, [3], modalities: 2) { Double($0.first ?? 0) - 3 }
        Statistics.expectNormal(shifts.map { $0[0] }, mean: 0, deviation: 0.1, "additive brightness")
        expectIndependent(shifts, "additive brightness of two modalities")
    }

    @Test(arguments: [("base_more", 0.75...1.25), ("insane", 0.65...1.5)])
    func contrast(name: String, range: ClosedRange<Double>) throws {
        // The inner voxels stay within the outer ones, to which everything is clipped.
        let factors = try recovered(changes(name)["contrast"], [-1, -0.1, 0.1, 1], modalities: 2) { row in
            Double(row[row.startIndex + 2]) / 0.1
        }
        Statistics.expectFactors(factors.map { $0[0] }, range, "contrast")
        expectIndependent(factors, "contrast of two modalities")
    }

    @Test(arguments: [("base_more", 0.7...1.5), ("insane", 0.6...2)])
    func gamma(name: String, range: ClosedRange<Double>) throws {
        let changes = try changes(name)
        for inverted in [false, true] {
            // Half way between the ends comes to lie at ½ to the power of the exponent, from the lower end or, inverted, from the upper one.
            let exponents = try recovered(changes[inverted ? "inverted gamma" : "gamma"], [0, 1, 2], modalities: 2) { row in
                let (low, middle, high) = (row[row.startIndex], row[row.startIndex + 1], row[row.startIndex + 2])
                return -log2(Double((inverted ? high - middle : middle - low) / (high - low)))
            }
            Statistics.expectFactors(exponents.map { $0[0] }, range, "exponent, inverted \(inverted)")
            expectIndependent(exponents, "exponents of two modalities, inverted \(inverted)")
        }
    }

    @Test(arguments: ["more", "insane"]) func lowResolution(name: String) throws {
        let change = try #require(try changes(name)["low resolution"])
        let zooms = (0..<UInt64(draws)).map { seed in
            var generator = SeededGenerator(seed: seed)
            return change.change.strength(using: &generator)
        }
        Statistics.expectUniform(zooms, 0.5...1, "zoom")
        // The number that is drawn is the one that is used: behind the chance of the patch.
        let row = (0..<24).map { Float(($0 * 7) % 11) }
        for seed in 0..<50 as Range<UInt64> {
            var generator = SeededGenerator(seed: seed)
            var patch = Patch(images: row, labels: Array(repeating: 0, count: 24), channels: 1, size: SIMD3(1, 1, 24))
            var copy = generator
            _ = copy.chance(1)
            let zoom = change.change.strength(using: &copy)
            try change.apply(to: &patch, using: &generator)
            var expected = row
            expected.withUnsafeMutableBufferPointer { Intensities.coarsen($0, SIMD3(1, 1, 24), zoom: zoom, keeps: []) }
            #expect(patch.images == expected)
        }
    }

    @Test func everyChangeHasItsRate() throws {
        let environment = Environment(dataFolder: URL(fileURLWithPath: "data"), modelsFolder: URL(fileURLWithPath: "models"))
        let rates = [
            "noise": (0.1, 1.0), "blur": (0.2, 0.5), "brightness": (0.15, 1), "additive brightness": (0.15, 0.5), "contrast": (0.15, 1),
            "low resolution": (0.25, 0.5), "inverted gamma": (0.1, 1), "gamma": (0.3, 1),
        ]
        let configuration = try Configuration.compose(
            ["augmentation=more", "augmentation.do_additive_brightness=true"], environment: environment)
        let changes = try AugmentationPipeline.training(
            configuration.augmentation, masked: [false, false], dimension: 3, patchSize: SIMD3(8, 8, 8)
        ).transforms.compactMap { $0 as? IntensityTransform }
        #expect(Set(changes.map(\.name)) == Set(rates.keys))
        var noise = SeededGenerator(seed: 1)
        let start = (0..<2 * 8).map { _ in Float(noise.normal()) }
        for change in changes {
            let (perPatch, perChannel) = try #require(rates[change.name])
            var (first, second, either) = (0, 0, 0)
            for seed in 0..<UInt64(draws) {
                var patch = Patch(images: start, labels: Array(repeating: 0, count: 8), channels: 2, size: SIMD3(1, 1, 8))
                var generator = SeededGenerator(seed: seed)
                let isChanged = try change.apply(to: &patch, using: &generator)
                let (a, b) = (patch.images[..<8] != start[..<8], patch.images[8...] != start[8...])
                first += a ? 1 : 0
                second += b ? 1 : 0
                either += isChanged ? 1 : 0
                // A zoom near 1 changes nothing in so few voxels.
                if change.name != "low resolution" { #expect(isChanged == (a || b), "\(change.name)") }
            }
            Statistics.expectRate(either, perPatch * (perChannel < 1 ? 0.75 : 1), of: draws, change.name)
            guard change.name != "low resolution" else { continue }
            for count in [first, second] { Statistics.expectRate(count, perPatch * perChannel, of: draws, "\(change.name), a modality") }
        }
    }
}
