import Foundation
import Report
import Support
import TestSupport
import Testing

@Suite struct ChartTests {
    @Test func linearTicksAreNiceAndCoverTheRange() {
        let axis = Axis.linear("size / mm", 3.2...97)
        #expect(axis.range == 0...100 && axis.ticks.map(\.text) == ["0", "20", "40", "60", "80", "100"])
        let small = Axis.linear("", 0...0.37)
        #expect(small.ticks.map(\.text) == ["0.0", "0.1", "0.2", "0.3", "0.4"])
        let whole = Axis.linear("", 0...2, isWhole: true)
        #expect(whole.ticks.map(\.text) == ["0", "1", "2"])
        let point = Axis.linear("", 5...5)
        #expect(point.range.upperBound > point.range.lowerBound && point.ticks.count > 1)
        #expect(Axis.linear("", 0...4e7).ticks.last?.text == "4·10⁷")
    }

    @Test func logarithmicTicksArePowers() {
        let axis = Axis.logarithmic("volume / mm³", 12...450_000)
        #expect(axis.range.lowerBound <= 12 && axis.range.upperBound >= 450_000)
        #expect(axis.ticks.map(\.text) == ["10", "100", "1000", "10000", "100000"])
        let narrow = Axis.logarithmic("", 3...40)
        #expect(narrow.ticks.map(\.text) == ["2", "5", "10", "20", "50"])
        #expect(abs(axis.position(axis.range.lowerBound)) < 1e-9 && abs(axis.position(axis.range.upperBound) - 1) < 1e-9)
        #expect(Axis.logarithmic("", 1e-9...1e9).ticks.count <= 8)
    }

    @Test func everyValueIsInABin() {
        var random = SeededGenerator(seed: 1)
        let values = (0..<1000).map { _ in exp(random.uniform(0, 9)) }
        for scale in [Axis.Scale.linear, .logarithmic] {
            let histogram = Histogram(values, scale: scale)
            #expect(histogram.counts.reduce(0, +) == 1000 && histogram.edges.count == histogram.counts.count + 1)
            for (bin, count) in histogram.counts.enumerated() where bin + 1 < histogram.counts.count {
                #expect(values.filter { $0 >= histogram.edges[bin] && $0 < histogram.edges[bin + 1] }.count == count)
            }
            #expect((histogram.edges.last ?? 0) >= (values.max() ?? 0) && histogram.edges[0] <= (values.min() ?? 0))
        }
        // Multiples of a voxel: every bin holds equally many of them.
        let voxels = Histogram((3...60).map { Double($0) * 0.8 }, quantum: 0.8)
        #expect(Set(voxels.counts.dropFirst().dropLast()).count == 1 && voxels.counts.reduce(0, +) == 58)
        #expect(Histogram([7, 7, 7]).counts.reduce(0, +) == 3)
        #expect(Histogram([7, 7], scale: .logarithmic).counts.reduce(0, +) == 2)
        #expect(Histogram([]).counts.reduce(0, +) == 0)
    }

    @Test func allPicturesOfTheAnalysis() throws {
        var random = SeededGenerator(seed: 2)
        let sizes = (0..<300).map { _ in
            SIMD3(exp(random.uniform(1, 4)), exp(random.uniform(1, 4.5)), exp(random.uniform(1, 4.2)))
        }
        for count in [300, 1, 0] {
            let statistics = ObjectStatistics(
                plan: "D3V001_3d", axes: ["axis 0 (head–foot)", "axis 1", "axis 2"], spacing: [1, 0.8, 0.8],
                sizes: Array(sizes.prefix(count)),
                ordinary: Array(sizes.prefix(count).dropFirst(2)), anchors: Array(sizes.prefix(27)),
                classes: [
                    ("nodule", count), ("a class with a name that is longer than anybody would ever think of", 3), ("never seen", 0),
                ],
                instancesPerCase: [0, 1, 1, 2, 5, 9, 12, 31, count])
            try withTemporaryFolder { folder in
                try AnalysisPlots(statistics).write(to: folder)
                let names = AnalysisPlots.names(dimension: 3)
                #expect(names.count == 16)
                for name in names {
                    let png = try Data.file(folder.appendingPathComponent("\(name).png"))
                    #expect(png.prefix(4) == Data([0x89, 0x50, 0x4E, 0x47]) && png.count > 3000, "\(name)")
                    let svg = try String(contentsOf: folder.appendingPathComponent("\(name).svg"), encoding: .utf8)
                    #expect(svg.contains("<svg") && svg.hasSuffix("</svg>\n"), "\(name)")
                }
            }
        }
    }

    @Test func theFolderMustBeThere() {
        let statistics = ObjectStatistics(
            plan: "p", axes: ["axis 0", "axis 1", "axis 2"], spacing: [1, 0.8, 0.8], sizes: [SIMD3(1, 1, 1)], ordinary: [], anchors: [],
            classes: [("a", 1)],
            instancesPerCase: [1])
        #expect(throws: Problem.self) { try AnalysisPlots(statistics).write(to: URL(fileURLWithPath: "/proc/none")) }
    }
}
