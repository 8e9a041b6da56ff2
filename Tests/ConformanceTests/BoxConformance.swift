import Boxes
import Core
import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// Box algebra, suppression, clustering and coding against the original's.
@Suite struct BoxConformance {
    /// Arrays of a file with what the tests ask of them.
    struct Arrays {
        let arrays: [String: NPYArray]

        init(_ seed: SeedFolder, _ file: String) throws { arrays = try seed.npz(file) }

        func array(_ key: String) throws -> NPYArray { try #require(arrays[key], "no array \(key)") }
        func floats(_ key: String) throws -> [Float] { try array(key).floats() }
        func integers(_ key: String) throws -> [Int] { try array(key).integers() }

        func boxes(_ key: String) throws -> [Box] {
            let array = try array(key)
            return Box.boxes(flat: array.floats(), dimension: (array.shape.last ?? 6) / 2)
        }
    }

    /// Largest difference, relative for numbers above 1; infinite where the counts differ.
    static func difference(_ mine: [Float], _ theirs: [Float]) -> Double {
        guard mine.count == theirs.count else { return .infinity }
        return zip(mine, theirs).reduce(0) { max($0, Double(abs($1.0 - $1.1)) / Double(max(1, abs($1.1)))) }
    }

    @Test(arguments: SeedFolder.all)
    func boxOperations(seed: SeedFolder) throws {
        for file in seed.files("core/box_ops_", suffix: ".npz") {
            let data = try Arrays(seed, file)
            let (first, second) = (try data.boxes("boxes1"), try data.boxes("boxes2"))
            let dimension = (try data.array("boxes1").shape.last ?? 6) / 2
            func pairs(_ value: (Box, Box) -> Float) -> [Float] { first.flatMap { one in second.map { value(one, $0) } } }
            func vectors(_ value: (Box) -> SIMD3<Float>) -> [Float] { first.flatMap { box in (0..<dimension).map { value(box)[$0] } } }
            var largest = 0.0
            func compare(_ mine: [Float], _ key: String) throws {
                let deviation = Self.difference(mine, try data.floats(key))
                #expect(deviation <= 1e-5, "\(file) \(key)")
                largest = max(largest, deviation)
            }
            try compare(pairs { $0.intersectionOverUnion($1) }, "iou")
            try compare(pairs { $0.generalizedIntersectionOverUnion($1) }, "giou")
            try compare(pairs { $0.generalizedIntersectionOverUnion($1) }, "giou_eps1e_7")
            // The same ratios with the original's constant against division by zero, which it adds to the shared volume and to the hull.
            let small: Float = 1e-3
            func union(_ a: Box, _ b: Box) -> Float { a.volume + b.volume - a.intersection(b) }
            try compare(pairs { ($0.intersection($1) + small) / (union($0, $1) - small) }, "iou_eps1e_3")
            try compare(
                pairs { $0.intersectionOverUnion($1) - ($0.hullVolume($1) + small - union($0, $1)) / ($0.hullVolume($1) + small) },
                "giou_eps1e_3")
            try compare(first.map(\.volume), "area")
            try compare(vectors(\.size), "size")
            try compare(vectors(\.center), "center")
            try compare(pairs { $0.center.distance(to: $1.center) }, "center_dist")
            try compare(pairs { ($0.center - $1.center).sum() }, "center_dist_l1_signed")
            let shape = try data.integers("clip_shape").map { Float($0) }
            let limits = SIMD3(shape[0], shape[1], dimension == 3 ? shape[2] : 1)
            try compare(first.map { $0.clipped(to: limits) }.flat(dimension: dimension), "clipped")
            for (key, array) in data.arrays where key.hasPrefix("permute") {
                // The default of the original turns the axes round; in 2D that exchanges both.
                let axes = key.hasSuffix("default") ? Array((0..<dimension).reversed()) : key.suffix(3).compactMap(\.wholeNumberValue)
                let permuted = first.map { box -> Box in
                    var result = box
                    for (axis, source) in axes.enumerated() {
                        (result.lower[axis], result.upper[axis]) = (box.lower[source], box.upper[source])
                    }
                    return result
                }
                try compare(permuted.flat(dimension: dimension), key)
                #expect(array.count > 0)
            }
            let points = try data.array("vec")
            let values = points.floats()
            let expanded = (0..<points.shape[0]).map { row -> Box in
                let point = SIMD3(values[row * dimension], values[row * dimension + 1], dimension == 3 ? values[row * dimension + 2] : 0)
                return Box(lower: point, upper: point)
            }
            try compare(expanded.flat(dimension: dimension), "expand")
            #expect(ConformanceReport.note(family: "core", file: file, deviation: largest, tolerance: 1e-5))

            var wrong = 0
            let minimum = Float(try #require(data.array("small_min_size").doubles().first))
            for (key, minimum) in [("small_keep_idx", minimum), ("small_keep_idx_1e_2", 0.01)] {
                let kept = first.indices.filter { !first[$0].hasSide(below: minimum, dimension: dimension) }
                if kept != (try data.integers(key)) { wrong += 1 }
            }
            let centers = try data.floats("centers")
            let inside = first.enumerated().map { row, box -> Int in
                let point = SIMD3(
                    centers[row * dimension], centers[row * dimension + 1], dimension == 3 ? centers[row * dimension + 2] : 0.5)
                return box.contains(point, margin: 0.01) ? 1 : 0
            }
            if inside != (try data.integers("center_in_boxes_eps0_01")) { wrong += 1 }
            #expect(ConformanceReport.note(family: "core", file: "\(file) (choices)", deviation: Double(wrong), tolerance: 0))
        }
    }

    @Test(arguments: SeedFolder.all)
    func doublePrecision(seed: SeedFolder) throws {
        for file in seed.files("core/box_ops_", suffix: ".npz") {
            let data = try Arrays(seed, file)
            let (first, second) = (try data.boxes("boxes1"), try data.boxes("boxes2"))
            func differ(_ mine: [Float], _ key: String) throws -> Double {
                Self.difference(mine, try data.array(key).doubles().map { Float($0) })
            }
            let dimension = (try data.array("boxes1").shape.last ?? 6) / 2
            func vectors(_ value: (Box) -> SIMD3<Float>) -> [Float] { first.flatMap { box in (0..<dimension).map { value(box)[$0] } } }
            let overlaps = first.flatMap { one in second.map { one.intersectionOverUnion($0) } }
            let largest = max(
                try differ(overlaps, "iou_np_f64"), try differ(first.map(\.volume), "area_np"), try differ(vectors(\.size), "size_np"),
                try differ(vectors(\.center), "center_np"))
            #expect(ConformanceReport.note(family: "core", file: "\(file) (double)", deviation: largest, tolerance: 1e-5))
        }
    }

    @Test(arguments: SeedFolder.all)
    func suppression(seed: SeedFolder) throws {
        for file in seed.files("core/nms_", suffix: ".npz") {
            let data = try Arrays(seed, file)
            let (boxes, scores, labels) = (try data.boxes("boxes"), try data.floats("scores"), try data.integers("labels"))
            var wrong = 0
            var compared = 0
            for key in data.arrays.keys.sorted() {
                let parts = key.components(separatedBy: "nms_keep_")
                guard parts.count == 2, let threshold = Float(parts[1]) else { continue }
                let kept =
                    parts[0].isEmpty
                    ? nonMaximumSuppression(boxes, scores: scores, threshold: threshold)
                    : nonMaximumSuppression(boxes, scores: scores, labels: labels, threshold: threshold)
                if kept != (try data.integers(key)) { wrong += 1 }
                compared += 1
            }
            let degenerate = nonMaximumSuppression(
                try data.boxes("degenerate_boxes"), scores: try data.floats("degenerate_scores"), threshold: 0.5)
            if degenerate != (try data.integers("degenerate_keep_0_5")) { wrong += 1 }
            #expect(compared > 0)
            #expect(ConformanceReport.note(family: "core", file: file, deviation: Double(wrong), tolerance: 0))
        }
    }

    @Test(arguments: SeedFolder.all)
    func coding(seed: SeedFolder) throws {
        for file in seed.files("core/coder_", suffix: ".npz") {
            let data = try Arrays(seed, file)
            let (boxes, anchors, deltas) = (try data.boxes("gt_boxes"), try data.boxes("anchors"), try data.floats("deltas"))
            let dimension = (try data.array("anchors").shape.last ?? 6) / 2
            var largest = abs(BoxCoder.largestSizeDelta - (try #require(data.array("bbox_xform_clip").doubles().first)))
            for name in data.arrays.keys.filter({ $0.hasPrefix("weights_") }).map({ String($0.dropFirst(8)) }) {
                let coder = BoxCoder(dimension: dimension, weights: try data.floats("weights_\(name)"))
                let encoded = coder.encode(boxes, anchors: anchors)
                largest = max(
                    largest, Self.difference(encoded, try data.floats("encoded_\(name)")),
                    Self.difference(coder.decode(deltas, anchors: anchors).flat(dimension: dimension), try data.floats("decoded_\(name)")),
                    Self.difference(
                        coder.decode(encoded, anchors: anchors).flat(dimension: dimension), try data.floats("roundtrip_\(name)")))
            }
            #expect(ConformanceReport.note(family: "core", file: file, deviation: largest, tolerance: 1e-5))
        }
    }
}
