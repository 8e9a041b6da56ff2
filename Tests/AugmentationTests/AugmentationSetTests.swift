import Augmentation
import Core
import Foundation
import Support
import Testing

/// Every augmentation that comes with the program has the numbers of spec 02 and 05: in what a patch goes through, also where a key switches
/// on what the configuration leaves out.
@Suite struct AugmentationSetTests {
    private typealias Range = ClosedRange<Double>

    /// A row of the tables of spec 02 and spec 05.
    private struct Row {
        var name: String
        var set: String
        var elastic = false
        var alpha: Range = 0...900
        var sigma: Range = 9...13
        /// Whether turned and stretched, how likely, and how far.
        var moves = true
        var chance = 0.2
        var scale: Range
        var degrees: Double
        var hasGamma = true
        var gamma: Range = 0.7...1.5
        var retains = true
        var mirrored = [0, 1, 2]
        /// Changes of intensity but for gamma.
        var changes: [IntensityTransform] = []
        var invertedGamma = 0.0
    }

    private static let noise = IntensityTransform(.noise(deviation: 0...0.1), probability: 0.1)
    private static let blur = IntensityTransform(.blur(sigma: 0.5...1), probability: 0.2, channelProbability: 0.5)
    private static let brightness = IntensityTransform(.brightness(0.75...1.25), probability: 0.15)
    private static let contrast = IntensityTransform(.contrast(0.75...1.25), probability: 0.15)
    private static let lowResolution = IntensityTransform(
        .lowResolution(zoom: 0.5...1, keeps: []), probability: 0.25, channelProbability: 0.5)
    private static let additive = IntensityTransform(.shift(mean: 0, deviation: 0.1), probability: 0.15, channelProbability: 0.5)
    private static let usual = [noise, blur, brightness, contrast]

    private static let rows = [
        Row(name: "base_more", set: "BaseMoreAug", scale: 0.7...1.4, degrees: 30, changes: usual, invertedGamma: 0.1),
        Row(name: "base_more_sol", set: "BaseMoreAug", scale: 0.7...1, degrees: 30, changes: usual, invertedGamma: 0.1),
        Row(name: "base_more_sou", set: "BaseMoreAug", scale: 1...1.4, degrees: 30, changes: usual, invertedGamma: 0.1),
        Row(name: "base_mp", set: "BaseMoreAug", chance: 0.3, scale: 0.85...1.25, degrees: 15, changes: usual, invertedGamma: 0.1),
        Row(name: "default", set: "DefaultAug", elastic: true, scale: 0.85...1.25, degrees: 15),
        Row(name: "more", set: "MoreAug", scale: 0.7...1.4, degrees: 30, changes: usual + [lowResolution], invertedGamma: 0.1),
        Row(
            name: "insane", set: "InsaneAug", elastic: true, alpha: 0...1300, sigma: 9...15, scale: 0.65...1.6, degrees: 30,
            gamma: 0.6...2,
            changes: [
                IntensityTransform(.noise(deviation: 0...0.1), probability: 0.15),
                IntensityTransform(.blur(sigma: 0.5...1.5), probability: 0.2, channelProbability: 0.5),
                IntensityTransform(.brightness(0.75...1.3), probability: 0.15),
                IntensityTransform(.contrast(0.65...1.5), probability: 0.15), lowResolution,
            ], invertedGamma: 0.15),
        Row(name: "mirror_only", set: "DefaultAug", moves: false, scale: 0.85...1.25, degrees: 15, hasGamma: false, retains: false),
    ]

    private func configuration(_ name: String, _ overrides: [String]) throws -> Configuration.Augmentation {
        let environment = Environment(dataFolder: URL(fileURLWithPath: "data"), modelsFolder: URL(fileURLWithPath: "models"))
        return try Configuration.compose(["augmentation=\(name)"] + overrides.map { "augmentation.\($0)" }, environment: environment)
            .augmentation
    }

    private func pipeline(_ name: String, _ overrides: [String] = [], planar: Bool = false) throws -> AugmentationPipeline {
        try AugmentationPipeline.training(
            configuration(name, overrides), masked: [true], dimension: planar ? 2 : 3,
            patchSize: planar ? SIMD3(16, 16, 1) : SIMD3(8, 8, 8))
    }

    private func described(_ changes: [IntensityTransform]) -> [String] {
        changes.map { "\($0.change), \($0.probability), \($0.channelProbability)" }
    }

    private func changes(_ pipeline: AugmentationPipeline) -> [IntensityTransform] {
        pipeline.transforms.compactMap { $0 as? IntensityTransform }
    }

    @Test func everyRowIsWhatIsDone() throws {
        for row in Self.rows {
            let pipeline = try pipeline(row.name)
            #expect(try configuration(row.name, []).transforms == row.set, "\(row.name)")
            let elastic = SpatialTransform.Elastic(probability: 0.2, alpha: row.alpha, sigma: row.sigma)
            let rotation = SpatialTransform.Rotation(
                probability: row.chance, angles: Array(repeating: -row.degrees...row.degrees, count: 3))
            let scaling = SpatialTransform.Scaling(probability: row.chance, range: row.scale, independent: false)
            #expect(pipeline.spatial.elastic == (row.elastic ? elastic : nil), "\(row.name)")
            #expect(pipeline.spatial.rotation == (row.moves ? rotation : nil), "\(row.name)")
            #expect(pipeline.spatial.scaling == (row.moves ? scaling : nil), "\(row.name)")
            let inverted = IntensityTransform(
                .gamma(row.gamma, inverted: true, retains: row.retains), probability: row.invertedGamma)
            let gamma = IntensityTransform(.gamma(row.gamma, inverted: false, retains: row.retains), probability: 0.3)
            let expected = row.changes + (row.invertedGamma > 0 ? [inverted] : []) + (row.hasGamma ? [gamma] : [])
            #expect(described(changes(pipeline)) == described(expected), "\(row.name)")
            // Mirroring comes after all intensities, and what lies outside of the masks is taken back at the end.
            let ends = pipeline.transforms.suffix(2)
            #expect((ends.first as? Mirror)?.axes == row.mirrored && (ends.last as? MaskOutside)?.modalities == [0], "\(row.name)")
            #expect(pipeline.transforms.count == expected.count + 2, "\(row.name)")

            // What is switched off has its numbers, too.
            let all = ["do_elastic=true", "do_rotation=true", "do_scaling=true", "do_gamma=true", "do_additive_brightness=true"]
            let switched = try self.pipeline(row.name, all)
            #expect(switched.spatial.elastic == elastic && switched.spatial.rotation == rotation, "\(row.name)")
            #expect(switched.spatial.scaling == scaling, "\(row.name)")
            let additional = described(changes(switched))
            #expect(additional.contains(described([gamma])[0]), "\(row.name)")
            // Additive brightness stands behind multiplicative one, where that is.
            let place = row.changes.isEmpty ? 0 : 3
            #expect(additional.indices.contains(place) && additional[place] == described([Self.additive])[0], "\(row.name)")
        }
    }

    @Test func whatAllHaveInCommon() throws {
        for name in Self.rows.map(\.name) + ["noaug"] {
            let options = try configuration(name, [])
            #expect(options.name == name)
            #expect(options.orderData == 3 && options.orderSegmentation == 0, "\(name)")
            #expect(options.borderModeData == .constant && options.borderModeSegmentation == .constant, "\(name)")
            // The original lists −1 for labels and fills with 0.
            #expect(options.borderValueData == 0 && options.borderValueSegmentation == 0, "\(name)")
            #expect(!options.randomCrop && options.randomCropDistance == nil && options.selectedDataChannels == nil, "\(name)")
        }
    }

    /// Single slices: no set has other numbers than the others.
    @Test func slicesHaveNumbersOfTheirOwn() throws {
        for row in Self.rows {
            let flat = try pipeline(row.name, ["do_elastic=true", "do_rotation=true"], planar: true)
            #expect(flat.spatial.elastic == SpatialTransform.Elastic(probability: 0.2, alpha: 0...200, sigma: 9...13), "\(row.name)")
            #expect(
                flat.spatial.rotation
                    == SpatialTransform.Rotation(probability: row.chance, angles: [-180...180, 0...0, 0...0]), "\(row.name)")
            #expect(flat.transforms.contains { ($0 as? Mirror)?.axes == [0, 1] }, "\(row.name)")
            #expect(try !configuration(row.name, []).planar.slicewise, "\(row.name)")
        }
    }

    @Test func noaugLeavesPatchesAsTheyAre() throws {
        for planar in [false, true] {
            let pipeline = try pipeline("noaug", planar: planar)
            #expect(pipeline.transforms.isEmpty && pipeline.generatorSize == pipeline.patchSize)
            #expect(pipeline.spatial.elastic == nil && pipeline.spatial.rotation == nil && pipeline.spatial.scaling == nil)
        }
        // Its numbers, should another set be put in.
        let options = try configuration("noaug", [])
        #expect(options.transforms == "NoAug" && options.scaleRange == 1...1 && options.rotation == Array(repeating: 0...0, count: 3))
        #expect(!options.doElastic && !options.doScaling && !options.doRotation && !options.doGamma && !options.doMirror)
        #expect(options.mirrorAxes.isEmpty && options.planar.mirrorAxes.isEmpty && options.planar.rotation == options.rotation)
        #expect(options.planar.elasticAlpha == 0...0 && options.planar.elasticSigma == 0...0)
    }

    @Test func noAugmentationIsForgotten() throws {
        let environment = Environment(dataFolder: URL(fileURLWithPath: "data"), modelsFolder: URL(fileURLWithPath: "models"))
        let problem = #expect(throws: Problem.self) { try Configuration.compose(["augmentation=unknown"], environment: environment) }
        let listed = problem?.description.split(separator: "choose ").last?.prefix { $0 != ")" } ?? ""
        #expect(Set(listed.split(separator: ", ").map(String.init)) == Set(Self.rows.map(\.name) + ["noaug"]), "\(listed)")
    }
}
