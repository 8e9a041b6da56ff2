import Boxes
import Foundation
import Support
import TestSupport
import Testing

/// Anchors, matching and sampling against the original's.
@Suite struct AnchorConformance {
    /// A list of numbers or of lists; a number means a list of one.
    private struct Sizes: Decodable {
        let values: [[Float]]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let lists = try? container.decode([[Float]].self) {
                values = lists
            } else {
                values = try container.decode([Float].self).map { [$0] }
            }
        }
    }

    private struct Scene: Decodable {
        struct Parameters: Decodable {
            let width: Sizes
            let height: Sizes
            let depth: Sizes?
        }
        let params: Parameters
        let image: [Int]
        let fm: [[Int]]

        var generator: AnchorGenerator {
            AnchorGenerator(width: params.width.values, height: params.height.values, depth: params.depth?.values ?? [])
        }
        var anchors: Anchors { generator.anchors(imageSize: Self.vector(image), featureMapSizes: fm.map(Self.vector)) }
        var dimension: Int { image.count }

        static func vector(_ sizes: [Int]) -> SIMD3<Int> { SIMD3(sizes[0], sizes[1], sizes.count > 2 ? sizes[2] : 1) }
    }

    @Test(arguments: SeedFolder.all)
    func anchorsOfEveryCombination(seed: SeedFolder) throws {
        let files = seed.files("core/anchors_", suffix: "_params.json")
        #expect(!files.isEmpty)
        for file in files {
            let scene = try seed.json(Scene.self, file)
            let path = file.replacingOccurrences(of: "_params.json", with: ".npz")
            let data = try BoxConformance.Arrays(seed, path)
            let anchors = scene.anchors
            #expect(data.arrays["image"]?.integers() == scene.image)
            #expect(data.arrays["fm"]?.integers() == scene.fm.flatMap { $0 })
            #expect(anchors.perLevel == (try data.integers("per_level")))
            if let strides = data.arrays["strides"]?.integers() {
                let mine = zip(anchors.levels, scene.fm).flatMap { level, _ in
                    (0..<scene.dimension).map { Int(level.grid?.stride[$0] ?? 0) }
                }
                #expect(mine == strides)
            }
            for count in data.arrays["per_location"]?.integers() ?? [] { #expect(anchors.perPosition == count) }
            var largest = 0.0
            for (level, cells) in scene.generator.cells.enumerated() {
                guard let theirs = data.arrays["cell_\(level)"]?.floats() else { continue }
                largest = max(largest, BoxConformance.difference(cells.flat(dimension: scene.dimension), theirs))
            }
            // In 2D the original runs through positions with axis 0 fastest, unlike the maps that the anchors belong to; ours have it slowest.
            let boxes = scene.dimension == 3 ? anchors.boxes : anchors.levels.flatMap { Self.firstAxisFastest($0, anchors) }
            let flat = boxes.flat(dimension: scene.dimension)
            largest = max(largest, try seed.deviation(flat, from: "anchors", in: path, arrays: data.arrays).largest)
            #expect(ConformanceReport.note(family: "core", file: path, deviation: largest, tolerance: 1e-5))
        }
    }

    private static func firstAxisFastest(_ level: Anchors.Level, _ anchors: Anchors) -> [Box] {
        guard let size = level.grid?.size else { return [] }
        return (0..<size.y).flatMap { j in
            (0..<size.x).flatMap { i -> ArraySlice<Box> in
                let first = level.range.lowerBound + (i * size.y + j) * anchors.perPosition
                return anchors.boxes[first..<first + anchors.perPosition]
            }
        }
    }

    /// The original keeps one cell for several strides; our generator has one per level.
    @Test(arguments: SeedFolder.all)
    func oneCellForSeveralStrides(seed: SeedFolder) throws {
        let path = "core/anchors_for_strides.npz"
        let data = try BoxConformance.Arrays(seed, path)
        let cell = try data.boxes("cell")
        let strides = try data.array("strides")
        let values = strides.floats()
        // The first level keeps the cell, the others scale it by the ratio of each stride to the base.
        var levels = [cell]
        for row in 0..<strides.shape[0] {
            let stride = SIMD3(values[row * 3], values[row * 3 + 1], values[row * 3 + 2])
            levels.append(cell.map { Box(lower: $0.lower * stride, upper: $0.upper * stride) })
        }
        let deviation = BoxConformance.difference(levels.flatMap { $0 }.flat(), try data.floats("out"))
        #expect(ConformanceReport.note(family: "core", file: path, deviation: deviation, tolerance: 1e-5))
    }

    /// Classic anchors: the sizes are read off the cells, the grid off the sampled anchors.
    @Test(arguments: SeedFolder.all)
    func classicAnchors(seed: SeedFolder) throws {
        let path = "core/anchors_3d_nonS.npz"
        let data = try BoxConformance.Arrays(seed, path)
        let cells = try data.boxes("cell_0")
        let sample = try #require(try seed.samples(of: path)["anchors"])
        let ordered = { (values: [Float]) in values.reduce(into: [Float]()) { if !$0.contains($1) { $0.append($1) } } }
        let depths = ordered(cells.map { $0.size.z })
        let ratios = ordered(
            cells.map { box in [0.25, 0.5, 1, 2, 4].min { abs($0 - box.size.y / box.size.x) < abs($1 - box.size.y / box.size.x) } ?? 1 })
        // Area does not depend on the ratio; where it is 1 the size is the side.
        let sizes = ordered(cells.filter { $0.size.x == $0.size.y }.map { $0.size.x })
        let generator = AnchorGenerator(sizes: [sizes], aspectRatios: [ratios], depths: [depths])
        var largest = BoxConformance.difference(generator.cells.flatMap { $0 }.flat(), cells.flat())

        let kept = try data.floats("anchors.sample")
        let columns = cells.flat()
        var shifts = [[Int: Float]](repeating: [:], count: 3)
        for (index, value) in kept.enumerated() {
            let position = index * sample.stride
            let (row, column) = (position / 6, position % 6)
            let axis = [0, 1, 0, 1, 2, 2][column]
            let shift = value - columns[row % cells.count * 6 + column]
            if let known = shifts[axis][row / cells.count], known != shift { largest = .infinity }
            shifts[axis][row / cells.count] = shift
        }
        // A level begins where the shift is zero again.
        let positions = sample.shape[0] / cells.count
        let starts = (0..<positions).filter { position in shifts.allSatisfy { $0[position] == 0 } }
        let maps = starts.enumerated().map { level, start -> (shape: SIMD3<Int>, stride: SIMD3<Int>) in
            let range = start..<(level + 1 < starts.count ? starts[level + 1] : positions)
            let sides = shifts.map { axis in Set(range.compactMap { axis[$0] }).sorted() }
            return (
                SIMD3(sides[0].count, sides[1].count, sides[2].count),
                SIMD3(sides.map { side in side.count > 1 ? Int(side[1] - side[0]) : 1 })
            )
        }
        let first = try #require(maps.first)
        // Every level has the same sizes.
        let repeated = AnchorGenerator(
            sizes: maps.map { _ in sizes }, aspectRatios: maps.map { _ in ratios }, depths: maps.map { _ in depths })
        let anchors = repeated.anchors(imageSize: first.shape &* first.stride, featureMapSizes: maps.map(\.shape))
        largest = max(largest, try seed.deviation(anchors.boxes.flat(), from: "anchors", in: path, arrays: data.arrays).largest)
        #expect(ConformanceReport.note(family: "core", file: path, deviation: largest, tolerance: 1e-5))
    }

    /// Matches with the original's candidates injected where distances tie; a positive needs IoU > 0 (design #25).
    @Test(arguments: SeedFolder.all)
    func matching(seed: SeedFolder) throws {
        let files = seed.files("core/matcher_", suffix: ".npz")
        #expect(!files.isEmpty)
        for file in files {
            let data = try BoxConformance.Arrays(seed, file)
            let scene = try seed.json(
                Scene.self,
                file.replacingOccurrences(of: "matcher_", with: "anchors_").replacingOccurrences(of: ".npz", with: "_params.json"))
            let generated = scene.anchors
            let boxes = try data.boxes("anchors")
            #expect(BoxConformance.difference(generated.boxes.flat(), boxes.flat()) <= 1e-5)
            let perPosition = try #require(data.integers("per_location").first)
            let scattered = Anchors(boxes: boxes, perLevel: try data.integers("per_level"), perPosition: perPosition)
            let objects = try data.boxes("gt_boxes")

            let overlaps = objects.flatMap { object in boxes.map { object.intersectionOverUnion($0) } }
            let deviation = try seed.deviation(overlaps, from: "iou_gt_x_anchor", in: file, arrays: data.arrays).largest
            #expect(ConformanceReport.note(family: "core", file: "\(file) (IoU)", deviation: deviation, tolerance: 1e-5))

            var wrong = 0
            for key in data.arrays.keys.filter({ $0.hasSuffix("_matches") }).sorted() {
                let expected = try data.integers(key)
                let mine: [Int32]
                if key == "empty_matches" {
                    mine = ATSSMatcher().match(anchors: generated, groundTruth: [])
                } else if key.hasPrefix("iou_") {
                    let parts = key.components(separatedBy: "_")
                    let matcher = IoUMatcher(
                        low: try #require(Float(parts[1])), high: try #require(Float(parts[2])), allowLowQualityMatches: parts[3] == "low1")
                    mine = matcher.match(anchors: generated, groundTruth: objects)
                    #expect(mine == matcher.match(anchors: scattered, groundTruth: objects))
                } else {
                    let parts = key.components(separatedBy: "_")
                    let matcher = ATSSMatcher(
                        candidates: try #require(Int(parts[1].drop { !$0.isNumber })), centerInGroundTruth: parts[2] == "center1")
                    let chosen = try data.array("atss_\(parts[1])_candidate_idx")
                    wrong += try wrongCandidates(matcher, generated, objects, data, prefix: "atss_\(parts[1])")
                    let (indices, width) = (chosen.integers(), chosen.shape[1])
                    var object = -1
                    mine = matcher.match(anchors: scattered, groundTruth: objects) { _ in
                        object += 1
                        return Array(indices[object * width..<(object + 1) * width])
                    }
                }
                for (anchor, (ours, theirs)) in zip(mine, expected).enumerated() where Int(ours) != theirs {
                    // The original makes candidates positive that do not overlap their object.
                    if ours == -1, theirs >= 0, objects[theirs].intersectionOverUnion(boxes[anchor]) == 0 { continue }
                    wrong += 1
                }
            }
            #expect(ConformanceReport.note(family: "core", file: file, deviation: Double(wrong), tolerance: 0))
        }
    }

    /// Levels where our own candidates are others than the original's although no distance ties at the border.
    private func wrongCandidates(
        _ matcher: ATSSMatcher, _ anchors: Anchors, _ objects: [Box], _ data: BoxConformance.Arrays, prefix: String
    ) throws -> Int {
        let chosen = try data.array("\(prefix)_candidate_idx")
        let ties = try data.integers("\(prefix)_tie_gt_x_level")
        let (indices, width) = (chosen.integers(), chosen.shape[1])
        var wrong = 0
        for (object, box) in objects.enumerated() {
            let mine = matcher.candidates(for: box, among: anchors)
            #expect(mine.count == width)
            var start = 0
            for (level, range) in anchors.levels.map(\.range).enumerated() {
                let count = min(matcher.candidates * anchors.perPosition, range.count)
                let theirs = Set(indices[object * width + start..<object * width + start + count])
                if ties[object * anchors.levels.count + level] == 0, Set(mine[start..<start + count]) != theirs { wrong += 1 }
                start += count
            }
        }
        return wrong
    }

    @Test(arguments: SeedFolder.all)
    func sampling(seed: SeedFolder) throws {
        struct Semantics: Decodable { let semantics: String }
        #expect(!(try seed.json(Semantics.self, "core/sampler_semantics.json").semantics.isEmpty))
        let sampler = HardNegativeSampler()
        let files = seed.files("core/sampler_", suffix: ".npz")
        #expect(!files.isEmpty)
        for file in files {
            let data = try BoxConformance.Arrays(seed, file)
            let labels = try data.array("labels")
            let (images, values) = (labels.shape[0], labels.floats())
            let counts = sampler.counts(
                positives: values.count { $0 >= 1 }, negatives: values.count { $0 == 0 }, images: images)
            var wrong = 0
            func compare(_ mine: [Int], _ key: String) throws { if mine != (try data.integers(key)) { wrong += 1 } }
            try compare([counts.positives], "batched_num_pos")
            try compare([counts.negatives], "batched_num_neg")
            try compare([counts.pool], "batched_pool_size")
            let probabilities = try data.floats("fg_probs")
            let negatives = probabilities.fallingOrder().filter { values[$0] == 0 }
            // Which of equally probable ones are in is arbitrary: compare the probabilities, and that all are negatives.
            let theirs = try data.integers("batched_pool_idx_sorted")
            #expect(theirs.allSatisfy { values[$0] == 0 })
            if negatives.prefix(counts.pool).map({ probabilities[$0] }) != theirs.map({ probabilities[$0] }).sorted(by: >) { wrong += 1 }
            let pool = Set(theirs)
            #expect(try data.integers("example_neg_idx").allSatisfy(pool.contains))
            #expect(try data.integers("example_pos_idx").allSatisfy { values[$0] >= 1 })
            let perImage = values.count / images
            let each = (0..<images).map { image -> (positives: Int, negatives: Int) in
                let part = values[image * perImage..<(image + 1) * perImage]
                let counts = sampler.counts(positives: part.count { $0 >= 1 }, negatives: part.count { $0 == 0 }, images: 1)
                return (counts.positives, counts.negatives)
            }
            try compare(each.map(\.positives), "per_image_num_pos")
            try compare(each.map(\.negatives), "per_image_num_neg")
            #expect(ConformanceReport.note(family: "core", file: file, deviation: Double(wrong), tolerance: 0))
        }
    }
}
