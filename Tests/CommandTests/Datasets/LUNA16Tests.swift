import Core
import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// LUNA16: MetaImage, nodules as balls, ten folds.
@Suite struct LUNA16Tests {
    private static let grid = RawDataset.grid(SIMD3(12, 20, 24))

    private func series(_ index: Int) -> String { "1.3.6.1.4.1.14519.5.2.1.6279.6001.\(1000 + index)" }
    private func id(_ index: Int) -> String { series(index).replacing(".", with: "_") }

    /// Ten subsets of one scan each.
    private func images(_ raw: RawDataset, subsets: Range<Int> = 0..<10) throws {
        for index in subsets {
            try raw.write(
                RawDataset.pattern(Self.grid.size, seed: index), Self.grid, to: "subset\(index)/\(series(index)).mhd")
        }
    }

    private func annotations(_ raw: RawDataset, _ rows: [(Int, SIMD3<Double>, Double)], header: String? = nil) throws {
        let lines = rows.map { "\(series($0.0)),\($0.1.x),\($0.1.y),\($0.1.z),\($0.2)" }
        try raw.text([header ?? "seriesuid,coordX,coordY,coordZ,diameter_mm"] + lines, to: "annotations.csv", newline: "\r\n")
    }

    @Test func nodulesBecomeBalls() throws {
        try RawDataset.with { raw in
            try images(raw)
            let first = Self.grid.position(of: SIMD3(4, 8.3, 9.6))
            let second = Self.grid.position(of: SIMD3(8, 12, 15))
            // Between voxels, smaller than any; and one far away.
            let tiny = Self.grid.position(of: SIMD3(2.4, 3.4, 4.4))
            try annotations(
                raw, [(0, first, 6), (0, second, 4.5), (1, tiny, 0.1), (2, SIMD3(500, 0, 0), 5), (77, first, 5)])
            let made = try raw.prepare("luna16")
            #expect(made.status == 0, "\(made.errors)")
            #expect(
                made.output.contains("1 annotations are of 1 series that are not there") && made.output.contains("folds: 10, with 1, 1"))
            #expect(made.output.contains("is smaller than a voxel and got one") && made.output.contains("lies beside the image"))
            let task = try raw.task("Task016_Luna")
            #expect(try task.ids() == (0..<10).map(id).sorted())
            let map = try task.map(id(0))
            #expect(map.geometry.isClose(to: Self.grid))
            for i in 0..<12 {
                for j in 0..<20 {
                    for k in 0..<24 {
                        let place = Self.grid.position(of: SIMD3(Double(i), Double(j), Double(k)))
                        func distance(_ centre: SIMD3<Double>) -> Double { ((place - centre) * (place - centre)).sum().squareRoot() }
                        let expected: Int32 = distance(second) <= 2.25 ? 2 : distance(first) <= 3 ? 1 : 0
                        #expect(map.volume[i, j, k] == expected, "\(i) \(j) \(k)")
                    }
                }
            }
            #expect(map.volume.voxels.contains(1) && map.volume.voxels.contains(2))
            #expect(try task.classes(id(0)) == [1: 0, 2: 0] && task.classes(id(1)) == [1: 0] && task.classes(id(2)).isEmpty)
            let small = try task.map(id(1)).volume
            #expect(small[2, 3, 4] == 1 && small.voxels.count { $0 != 0 } == 1)
            for index in 0..<10 {
                let image = try task.image(id(index))
                #expect(image.volume == RawDataset.pattern(Self.grid.size, seed: index) && image.geometry.isClose(to: Self.grid))
            }
            let splits = try task.splits()
            #expect(splits.folds.map(\.val) == (0..<10).map { [id($0)] })
            #expect(splits.folds[3].train == (0..<10).filter { $0 != 3 }.map(id).sorted())
            #expect(task.task.info.labels == ["lesion"] && !task.task.info.testLabels)
            #expect(try raw.prepare("016").output.contains("converted: 0 cases, 10 unchanged"))

            // A nodule that is added in the table changes the one case.
            try annotations(
                raw, [(0, first, 6), (0, second, 4.5), (1, tiny, 0.1), (2, SIMD3(500, 0, 0), 5), (77, first, 5), (3, first, 6)])
            #expect(try raw.prepare("luna16").output.contains("converted: 1 case, 9 unchanged"))
            // A split of someone else stays.
            try JSONFile.write(Splits(folds: []), to: task.task.splitsFile())
            let kept = try raw.prepare("luna16")
            #expect(try kept.status == 0 && kept.errors.contains("holds another split") && task.splits().folds.isEmpty)
        }
    }

    /// Voxels that are missing, or cut off, are told before anything is converted.
    @Test func missingVoxels() throws {
        try RawDataset.with { raw in
            try images(raw, subsets: 0..<3)
            try annotations(raw, [(0, Self.grid.position(of: SIMD3(4, 8, 9)), 6)])
            let voxels = raw.file("subset1/\(series(1)).raw")
            try Data(contentsOf: voxels).dropLast(7).write(to: voxels)
            let cut = try raw.prepare("luna16", "--check")
            #expect(cut.status == 1 && cut.errorLines.count == 1 && cut.errors.contains("is truncated: "), "\(cut.errors)")
            try FileManager.default.removeItem(at: voxels)
            let missing = try raw.prepare("luna16", "--check")
            #expect(missing.status == 1 && missing.errors.contains("cannot be read: no such file"), "\(missing.errors)")
        }
    }

    @Test func hostileTables() throws {
        try RawDataset.with { raw in
            try images(raw, subsets: 0..<2)
            func expect(_ text: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
                let result = try raw.prepare("luna16")
                #expect(
                    result.status == 1 && result.errorLines.count == 1 && result.errors.contains(text), "\(result.errors)",
                    sourceLocation: sourceLocation)
            }
            try annotations(raw, [(0, .zero, 5)], header: "seriesuid,coordX,coordY,coordZ")
            try expect("line 2: has 5 cells, the first line has 4")
            try annotations(raw, [(5, .zero, 5)])
            try expect("none of its series is an image of the subsets, e.g. \(series(5))")
            try annotations(raw, [(0, .zero, -1)])
            try expect("line 2: the diameter is -1.0")
            try raw.text(["seriesuid,coordX,coordY,coordZ,diameter_mm", "\(series(0)),1,zwei,3,4"], to: "annotations.csv")
            try expect("line 2: 'zwei' is not a number")
            try raw.text(["seriesuid,coordX,coordY,coordZ,diameter_mm", "\(series(0)),1,2"], to: "annotations.csv")
            try expect("line 2: has 3 cells, the first line has 5")
            // Other separators are read.
            for separator in [";", "\t"] {
                let place = Self.grid.position(of: SIMD3(4, 8, 9))
                let row = [series(0), "\(place.x)", "\(place.y)", "\(place.z)", "6"]
                let header = ["seriesuid", "coordX", "coordY", "coordZ", "diameter_mm"]
                try raw.text([header, row].map { $0.joined(separator: separator) }, to: "annotations.csv")
                let made = try raw.prepare("luna16")
                #expect(made.status == 0 && made.output.contains("objects: 1 lesion"), "\(made.output)\(made.errors)")
            }
            // A header without its voxels.
            try FileManager.default.removeItem(at: raw.file("subset1/\(series(1)).raw"))
            try expect("\(series(1)).mhd")
        }
    }

    /// The whole of the challenge's list, as far as its series go.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: sharedFolder.appendingPathComponent("data/luna16/annotations.csv").path)))
    func theChallengesOwnTable() throws {
        try RawDataset.with { raw in
            let table = sharedFolder.appendingPathComponent("data/luna16/annotations.csv")
            try FileManager.default.copyItem(at: table, to: raw.file("annotations.csv"))
            // The first scan of the list, cut to the part around its first nodule, with its spacing.
            let series = "1.3.6.1.4.1.14519.5.2.1.6279.6001.100225287222365663678666836860"
            let grid = Geometry(size: SIMD3(20, 30, 30), spacing: SIMD3(2.5, 0.7, 0.7), origin: SIMD3(-139, -185, -322))
            try raw.write(RawDataset.pattern(grid.size), grid, to: "subset0/\(series).mhd")
            let made = try raw.prepare("luna16")
            #expect(made.status == 0 && made.output.contains("1184 annotations are of 600 series"), "\(made.output)\(made.errors)")
            let task = try raw.task("Task016_Luna")
            let box = try #require(try task.map(series.replacing(".", with: "_")).volume.instanceBoxes().first?.box)
            let middle = (box.lower + box.upper) / 2
            let centre = grid.position(of: SIMD3(Double(middle.x), Double(middle.y), Double(middle.z)))
            let listed = SIMD3(-128.6994211, -175.3192718, -298.3875064)
            #expect(((centre - listed) * (centre - listed)).sum().squareRoot() < 1.3)
        }
    }
}
