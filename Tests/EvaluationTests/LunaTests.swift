import Evaluation
import Foundation
import Support
import TestSupport
import Testing

private let data = sharedFolder.appendingPathComponent("data/luna16")

@Suite struct LunaTests {
    private func challenge(_ folder: URL, prefix: String = "", padding: Int? = nil) throws -> LunaChallenge {
        try LunaChallenge(
            annotations: folder.appendingPathComponent("\(prefix)annotations.csv"),
            excluded: folder.appendingPathComponent("\(prefix)annotations_excluded.csv"),
            series: folder.appendingPathComponent("\(prefix)seriesuids.csv"), padding: padding)
    }

    /// The row of numbers that the challenge's own program gives for this submission.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: data.path)))
    func thePublishedRow() throws {
        let evaluation = try LunaEvaluation(
            challenge(data, prefix: "new", padding: 5), predictions: data.appendingPathComponent("dpn26bs32.csv"))
        let counts = evaluation.counts
        #expect(counts.scans == 888 && counts.nodules == 1186 && counts.candidates == 52708)
        #expect(counts.truePositives == 1136 && counts.falsePositives == 46078 && counts.missed == 50)
        #expect(counts.ignored == 5308 && counts.double == 186)
        let published = [0.6922, 0.7690, 0.8238, 0.8651, 0.8929, 0.9174, 0.9334]
        for (mine, theirs) in zip(evaluation.sensitivities, published) { #expect(abs(mine - theirs) <= 0.5e-4, "\(mine) \(theirs)") }
        #expect(abs(evaluation.cpm - 0.8420) <= 0.5e-4)
        let (sensitivities, cpm) = try evaluation.intervals(Bootstrap(resamples: 200))
        for (interval, value) in zip(sensitivities, evaluation.sensitivities) { #expect(interval.lower < value && value < interval.upper) }
        #expect(cpm.lower < evaluation.cpm && evaluation.cpm < cpm.upper && cpm.upper - cpm.lower < 0.06)
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: data.path)))
    func idsThatMatchNothingAreNamedWithTheOption() throws {
        do {
            _ = try LunaEvaluation(challenge(data, prefix: "new"), predictions: data.appendingPathComponent("dpn26bs32.csv"))
            Issue.record("unmatched ids")
        } catch {
            #expect("\(error)".contains("match no listed scan, e.g.") && "\(error)".contains("--pad-ids 5"), "\(error)")
        }
        #expect(throws: Problem.self) {
            try LunaChallenge(
                annotations: data.appendingPathComponent("annotations.csv"),
                excluded: data.appendingPathComponent("annotations_excluded.csv"),
                series: data.appendingPathComponent("newseriesuids.csv"))
        }
    }

    private func evaluate(_ marks: [String], nodules: [String], excluded: [String] = []) throws -> LunaEvaluation {
        try withTemporaryFolder { folder in
            func write(_ name: String, _ lines: [String]) throws {
                try Data((lines.joined(separator: "\r\n") + "\r\n").utf8).write(to: folder.appendingPathComponent(name))
            }
            try write("seriesuids.csv", ["a", "b"])
            try write("annotations.csv", ["seriesuid,coordX,coordY,coordZ,diameter_mm"] + nodules)
            try write("annotations_excluded.csv", ["seriesuid,coordX,coordY,coordZ,diameter_mm"] + excluded)
            try write("marks.csv", ["seriesuid\tcoordX\tcoordY\tcoordZ\tprobability"] + marks.map { $0.replacing(",", with: "\t") })
            return try LunaEvaluation(challenge(folder), predictions: folder.appendingPathComponent("marks.csv"))
        }
    }

    @Test func marksOnNodulesAndExcludedFindings() throws {
        let evaluation = try evaluate(
            // Two on one nodule, one on the border of it (not within), one on an excluded finding of unknown size, one nowhere.
            ["a,0,0,0,0.5", "a,1,0,0,0.9", "a,5,0,0,0.8", "a,54.9,0,0,0.7", "b,0,0,0,0.6"],
            nodules: ["a,0,0,0,10", "b,50,0,0,8"], excluded: ["a,50,0,0,-1"])
        let counts = evaluation.counts
        #expect(counts.truePositives == 1 && counts.double == 1 && counts.missed == 1 && counts.ignored == 1 && counts.falsePositives == 2)
        #expect(evaluation.sensitivities == [0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5])
        #expect(evaluation.scans.map(\.id) == ["a", "b"] && evaluation.scans[0].candidates == 4)
    }

    @Test func onlyTheHundredBestOfAScanCount() throws {
        let wrong = (0..<150).map { "a,\(1000 + $0),0,0,\(Double($0) / 200)" }
        let evaluation = try evaluate(wrong + ["a,0,0,0,0.2"], nodules: ["a,0,0,0,10"])
        #expect(evaluation.counts.candidates == 100 && evaluation.counts.missed == 1)
        // Marks that score as the 101st are left out.
        let equal = try evaluate((0..<120).map { "a,\(1000 + $0),0,0,\($0 < 40 ? 0.9 : 0.5)" }, nodules: ["a,0,0,0,10"])
        #expect(equal.counts.candidates == 40)
    }

    @Test func badLinesAreNamed() {
        func message(_ marks: [String], _ nodules: [String] = ["a,0,0,0,10"]) -> String {
            do { _ = try evaluate(marks, nodules: nodules) } catch { return "\(error)" }
            return "none"
        }
        #expect(message(["a,0,0,0,0.5"]) == "none")
        #expect(message(["a,0,0,x,0.5"]).contains("marks.csv line 2: 'x' is not a number"))
        #expect(message(["a,0,0"]).contains("line 2: has 3 cells, the first line has 5"))
        #expect(message(["c,0,0,0,0.5"]).contains("1 ids match no listed scan, e.g. c"))
        #expect(message([], ["a,0,0,0"]).contains("has 4 cells"))
        for size in ["0", "-2"] { #expect(message([], ["a,0,0,0,\(size)"]).contains("line 2: the diameter is \(size).0")) }
    }

    @Test(
        arguments: [("seriesuid\n1.2\n1.3\n", 2), ("1.2,\n\"1.3\",\n", 2), ("note,SeriesUID\nx,1.2\ny,1.3\n", 2), ("id\n1.2\n1.3\n", nil)]
            as [(String, Int?)])
    func listsOfScans(text: String, count: Int?) throws {
        try withTemporaryFolder { folder in
            try Data(text.utf8).write(to: folder.appendingPathComponent("seriesuids.csv"))
            for name in ["annotations.csv", "annotations_excluded.csv"] {
                try Data("seriesuid,coordX,coordY,coordZ,diameter_mm\n".utf8).write(to: folder.appendingPathComponent(name))
            }
            guard let count else {
                #expect { try challenge(folder) } throws: {
                    "\($0)".contains("seriesuids.csv line 1: 'id' has no digit, unlike all other ids")
                }
                return
            }
            #expect(try challenge(folder).scans.count == count)
        }
    }

    @Test func files() throws {
        try withTemporaryFolder { folder in
            let evaluation = try evaluate(["a,1,0,0,0.9", "b,0,0,0,0.6"], nodules: ["a,0,0,0,10"])
            let table = try evaluation.write(in: folder, bootstrap: Bootstrap(resamples: 50))
            #expect(table.contains("2 scans, 1 nodules") && table.contains("CPM"))
            let scans = try String(contentsOf: folder.appendingPathComponent("scans.csv"), encoding: .utf8)
            #expect(scans.split(separator: "\n").last == "b,0,1,0,1,0,0,0")
            struct File: Decodable { let cpm: Double }
            let file: File = try JSONFile.read(from: folder.appendingPathComponent("results_luna.json"))
            #expect(file.cpm == 1)
            #expect(try String(contentsOf: folder.appendingPathComponent("froc.csv"), encoding: .utf8).contains("8.0,1.0"))
        }
    }
}
