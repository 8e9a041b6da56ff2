import Foundation

/// Pictures of the objects of a data set, for people who want to see what a plan was made from (spec 02, output trees); PNG and SVG.
public struct AnalysisPlots {
    private let statistics: ObjectStatistics
    private var dimension: Int { statistics.axes.count }

    public init(_ statistics: ObjectStatistics) { self.statistics = statistics }

    /// Names of all pictures, without ending.
    public static func names(dimension: Int) -> [String] {
        let sizes = (0..<dimension).flatMap { ["bbox_sizes_axis_\($0)", "bbox_sizes_axis_\($0)_xlog"] }
        return ["box_areas", "box_areas_xlog", "box_areas_xylog"] + sizes + (dimension == 3 ? ["bbox_sizes_3d_orig", "bbox_sizes_3d"] : [])
            + ["num_classes", "num_classes_ylog", "instances_per_case", "instances_per_case_0_30", "instances_per_case_0_10"]
    }

    /// Writes all pictures into `folder`.
    ///
    /// - Throws: `Problem` naming the file that cannot be written.
    public func write(to folder: URL) throws {
        func both(_ name: String, _ write: (URL) throws -> Void) throws {
            for ending in ["png", "svg"] { try write(folder.appendingPathComponent("\(name).\(ending)")) }
        }
        let volume = (name: dimension == 3 ? "volume" : "area", unit: dimension == 3 ? "mm³" : "mm²")
        let volumes = statistics.sizes.map { $0.x * $0.y * (dimension == 3 ? $0.z : 1) }
        for (suffix, x, y) in [
            ("", Axis.Scale.linear, Axis.Scale.linear), ("_xlog", .logarithmic, .linear), ("_xylog", .logarithmic, .logarithmic),
        ] {
            let chart = sizes(
                volumes, title: "Box \(volume.name) of the objects", label: "\(volume.name) of the box / \(volume.unit)", unit: volume.unit,
                x: x, y: y)
            try both("box_areas\(suffix)") { try chart.write(to: $0) }
        }
        for axis in 0..<dimension {
            for (suffix, scale) in [("", Axis.Scale.linear), ("_xlog", .logarithmic)] {
                let chart = sizes(
                    statistics.sizes.map { $0[axis] }, title: "Box size of the objects along \(statistics.axes[axis])",
                    label: "size along \(statistics.axes[axis]) / mm", unit: "mm", x: scale, y: .linear, quantum: statistics.spacing[axis])
                try both("bbox_sizes_axis_\(axis)\(suffix)") { try chart.write(to: $0) }
            }
        }
        if dimension == 3 {
            try both("bbox_sizes_3d_orig") { try scatter("Box sizes of all objects", statistics.sizes, anchors: []).write(to: $0) }
            try both("bbox_sizes_3d") {
                try scatter("Box sizes that the anchors are fitted to", statistics.ordinary, anchors: statistics.anchors).write(to: $0)
            }
        }
        for (suffix, scale) in [("", Axis.Scale.linear), ("_ylog", .logarithmic)] {
            let chart = BarChart(
                title: "Objects per class", subtitle: subtitle(statistics.sizes.count),
                bars: statistics.classes.map { ($0.name, $0.count) },
                label: "objects", scale: scale)
            try both("num_classes\(suffix)") { try chart.write(to: $0) }
        }
        for (suffix, limit) in [("", Int?.none), ("_0_30", 30), ("_0_10", 10)] {
            let chart = instances(upTo: limit)
            try both("instances_per_case\(suffix)") { try chart.write(to: $0) }
        }
    }

    private func subtitle(_ count: Int) -> String {
        "\(statistics.plan) · \(count) objects in \(statistics.instancesPerCase.count) cases"
    }

    private func sizes(
        _ values: [Double], title: String, label: String, unit: String, x: Axis.Scale, y: Axis.Scale, quantum: Double? = nil
    ) -> Chart {
        let histogram = Histogram(values, scale: x, quantum: quantum)
        let sorted = values.sorted()
        let median = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
        var chart = Chart(
            title: title, subtitle: "\(subtitle(values.count)) · median \(Self.text(median)) \(unit)", x: histogram.axis(label, scale: x),
            y: .counts("objects", upTo: histogram.counts.max() ?? 0, scale: y), layers: [.bars(histogram.bars)])
        chart.layers.append(.line([(median, chart.y.range.lowerBound), (median, chart.y.range.upperBound)], .series(1), dash: [5, 4]))
        return chart
    }

    private func scatter(_ title: String, _ points: [SIMD3<Double>], anchors: [SIMD3<Double>]) -> ScatterPlot3D {
        // Anchors of the coarse levels would leave no room for the objects.
        var largest = SIMD3<Double>(repeating: 0)
        for point in points { largest = pointwiseMax(largest, point) }
        let shown = anchors.filter { anchor in (0..<3).allSatisfy { anchor[$0] <= 1.25 * largest[$0] } }
        // Many points need to be small to be told apart.
        let radius = points.count > 2000 ? 1.6 : points.count > 300 ? 2.4 : 3.4
        return ScatterPlot3D(
            title: title,
            subtitle: subtitle(points.count) + (anchors.isEmpty ? "" : " · \(shown.count) of \(anchors.count) anchors are of such sizes"),
            labels: statistics.axes.map { "\($0) / mm" },
            series: [
                .init(name: "objects", color: .series(0), points: points, radius: radius),
                .init(name: "anchors", color: .series(1), points: shown, radius: 2.6),
            ])
    }

    /// Cases with so many objects; with `limit` only those of up to as many.
    private func instances(upTo limit: Int?) -> Chart {
        let counts = statistics.instancesPerCase
        let largest = limit ?? max(1, counts.max() ?? 1)
        // One bar per number, where there are not too many of them.
        let width = max(1, Int(Axis.niceStep(Double(largest) / 60)))
        var heights: [Int: Int] = [:]
        for count in counts where count <= largest { heights[count / width, default: 0] += 1 }
        let bars = heights.sorted { $0.key < $1.key }.map { bin, height in
            (lower: Double(bin * width) - 0.5, upper: Double((bin + 1) * width) - 0.5, height: Double(height))
        }
        let beyond = counts.filter { $0 > largest }.count
        let more = beyond == 0 ? "" : " · \(beyond) \(beyond == 1 ? "case has" : "cases have") more than \(largest)"
        return Chart(
            title: "Objects per case", subtitle: subtitle(statistics.sizes.count) + more,
            x: .linear(
                "objects in the case", -0.5...Double((largest / width + 1) * width) - 0.5, isRounded: false, isWhole: true, count: 10),
            y: .counts("cases", upTo: heights.values.max() ?? 0), layers: [.bars(bars)])
    }

    private static func text(_ value: Double) -> String {
        value >= 100 ? String(Int(value.rounded())) : String(format: "%.1f", value)
    }
}
