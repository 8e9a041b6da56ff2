import Boxes
import Core
import Foundation
import Inference
import Support
import TestSupport
import Testing

/// The whole way from boxes of tiles to detections of a case against the original's ensembler, under every variant of its parameters.
@Suite struct InferenceEnsembleConformance {
    private struct Description: Decodable {
        let shape: [Int]
        let patch: [Int]
        let properties: RestorationDescription
        let modelWeights: [String: Float]
        let variants: [String: InferenceParameters]
        let defaults: InferenceParameters
        let grids: [String: [SweepValue]]

        enum CodingKeys: String, CodingKey {
            case shape, patch, properties, variants
            case modelWeights = "model_weights"
            case defaults = "default_parameters"
            case grids = "sweep_order_and_grids"
        }
    }

    @Test(arguments: SeedFolder.all)
    func ensembler(seed: SeedFolder) throws {
        let files = seed.files("infer/ensembler_", suffix: ".npz")
        #expect(!files.isEmpty)
        for file in files {
            let arrays = try seed.npz(file)
            let description = try seed.json(Description.self, file.replacing(".npz", with: ".json"))
            let raw = try predictions(arrays, description)
            for (name, parameters) in description.variants.sorted(by: { $0.key < $1.key }) {
                try check(raw, name, parameters, arrays, description, note: (file, name))
            }
        }
    }

    @Test(arguments: SeedFolder.all)
    func parametersAndGrids(seed: SeedFolder) throws {
        for file in seed.files("infer/ensembler_", suffix: ".json") {
            let description = try seed.json(Description.self, file)
            var different = description.defaults == InferenceParameters() ? 0 : 1
            #expect(description.grids.count == SweepParameter.allCases.count)
            for parameter in SweepParameter.allCases {
                let theirs = description.grids[parameter.rawValue] ?? []
                if theirs.count != parameter.grid.count || !zip(parameter.grid, theirs).allSatisfy(isSame) { different += 1 }
            }
            #expect(ConformanceReport.note(family: "infer", file: file, deviation: Double(different), tolerance: 0))
        }
    }

    private func isSame(_ a: SweepValue, _ b: SweepValue) -> Bool {
        // Computed steps such as 0.30000000000000004 are the number that is meant.
        if case .number(let x) = a, case .number(let y) = b { return abs(x - y) < 1e-9 }
        return a == b
    }

    /// Feeds the boxes of the tiles through the sliding window, and checks tiles, boxes in the case and weights on the way.
    private func predictions(_ arrays: [String: NPYArray], _ description: Description) throws -> RawPredictions {
        let names = arrays.keys.filter { $0.hasSuffix("_counts") }.map { String($0.dropLast("_counts".count)) }.sorted()
        let models: [SlidingWindow.Network] = try names.map { name in
            var tiles = try tileDetections(name, arrays)[...]
            return { _, count in
                defer { tiles = tiles.dropFirst(count) }
                return Array(tiles.prefix(count))
            }
        }
        let weights = try names.map { name in
            try #require(description.modelWeights.first { name.hasPrefix($0.key.replacing("*", with: "")) }?.value)
        }
        let (shape, patch) = (vector(description.shape), vector(description.patch))
        let window = SlidingWindow(patchSize: patch, batchSize: 4, transforms: 1, keptBoxes: .max, referenceBehaviour: true)
        let grid = TileGrid(shape: shape, patchSize: patch, referenceBehaviour: true)
        #expect(grid.origins.flatMap { [$0.x, $0.y, $0.z] } == arrays["tile_origins"]?.integers())

        let image = [Float](repeating: 0, count: shape.x * shape.y * shape.z)
        let raw = try window.predict(image: image, channels: 1, shape: shape, models: models, modelWeights: weights)
        for (name, member) in zip(names, raw.members) {
            let boxes = try #require(arrays["\(name)_cached_boxes"]).doubles()
            let cached = try #require(arrays["\(name)_cached_weights"]).doubles()
            #expect(member.weights.count == cached.count && member.detections.count * 6 == boxes.count)
            #expect(zip(member.weights, cached).allSatisfy { abs(Double($0) - $1) < 1e-5 })
            #expect(zip(member.detections.boxes.flat(), boxes).allSatisfy { abs(Double($0) - $1) < 1e-3 })
        }
        return raw
    }

    private func tileDetections(_ name: String, _ arrays: [String: NPYArray]) throws -> [Detections] {
        let all = try detections(name, arrays)
        var start = 0
        return try #require(arrays["\(name)_counts"]).integers().map { count in
            defer { start += count }
            return all.selecting(Array(start..<start + count))
        }
    }

    private func detections(_ name: String, _ arrays: [String: NPYArray]) throws -> Detections {
        Detections(
            boxes: Box.boxes(flat: try #require(arrays["\(name)_boxes"]).floats(), dimension: 3),
            scores: try #require(arrays["\(name)_scores"]).floats(), labels: try #require(arrays["\(name)_labels"]).integers())
    }

    private func check(
        _ raw: RawPredictions, _ variant: String, _ parameters: InferenceParameters, _ arrays: [String: NPYArray],
        _ description: Description, note: (file: String, variant: String)
    ) throws {
        let ensembler = BoxEnsembler(parameters: parameters, referenceBehaviour: true)
        if variant == "default", arrays["process_model0_t0_boxes"] != nil {
            let reduced = ensembler.reduced(raw.members[0], in: raw)
            let expected = try detections("process_model0_t0", arrays)
            #expect(largestDeviation(reduced.detections, expected) < 1e-3)
            #expect(reduced.weights == arrays["process_model0_t0_weights"]?.floats())
        }
        let mine = ensembler.detections(raw)
        let expected = try detections("result_\(variant)_restore0", arrays)
        // Order as well, ties of rounding aside; without the original's behaviour by score (#42).
        #expect(mine.labels == expected.labels && zip(mine.scores, expected.scores).allSatisfy { abs($0 - $1) < 1e-5 }, "\(variant)")
        let sorted = BoxEnsembler(parameters: parameters).detections(raw).scores
        #expect(sorted == sorted.sorted(by: >))
        let deviation = largestDeviation(mine, expected)
        #expect(
            ConformanceReport.note(family: "infer", file: "\(note.file) \(note.variant)", deviation: deviation, tolerance: 1e-3),
            "\(note.file) \(variant)")

        let restored = try detections("result_\(variant)_restore1", arrays)
        let inImage = try description.properties.deviation(
            expected.boxes, restored: restored.boxes, sizeAfterResampling: raw.shape)
        #expect(
            ConformanceReport.note(family: "infer", file: "\(note.file) \(note.variant), restored", deviation: inImage, tolerance: 1e-3),
            "\(note.file) \(variant)")
    }

    /// Largest deviation of a coordinate, a hundred times that of a score (1e-5 against 1e-3); infinite where a detection has no match.
    /// Order does not count: every expected one takes the nearest of its class that is left.
    private func largestDeviation(_ mine: Detections, _ expected: Detections) -> Double {
        guard mine.count == expected.count else { return .infinity }
        var free = Set(0..<mine.count)
        var largest = 0.0
        for index in 0..<expected.count {
            var best: (index: Int, deviation: Double)?
            for candidate in free where mine.labels[candidate] == expected.labels[index] {
                var deviation = 100 * abs(Double(mine.scores[candidate]) - Double(expected.scores[index]))
                for (a, b) in zip(mine.boxes[candidate].flat(), expected.boxes[index].flat()) {
                    deviation = max(deviation, abs(Double(a) - Double(b)))
                }
                if best.map({ deviation < $0.deviation }) ?? true { best = (candidate, deviation) }
            }
            guard let best else { return .infinity }
            free.remove(best.index)
            largest = max(largest, best.deviation)
        }
        return largest
    }
}

private func vector(_ numbers: [Int]) -> SIMD3<Int> { SIMD3(numbers[0], numbers[1], numbers[2]) }
