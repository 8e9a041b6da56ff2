import Foundation
import Support

extension LunaEvaluation {
    /// What `results_luna.json` holds.
    private struct File: Encodable {
        struct Point: Encodable {
            let falsePositivesPerScan: Double
            let sensitivity: Double
            let lower: Double
            let upper: Double
        }
        let formatVersion = 1
        let counts: Counts
        let cpm: Double
        let cpmLower: Double
        let cpmUpper: Double
        let froc: [Point]
        let resamples: Int
        let seed: UInt64
        let confidence: Double

        enum CodingKeys: String, CodingKey {
            case counts, cpm, froc, resamples, seed, confidence
            case formatVersion = "format_version"
            case cpmLower = "cpm_lower"
            case cpmUpper = "cpm_upper"
        }
    }

    /// Writes `results_luna.json`, `froc.csv` (the curve) and `scans.csv` (the counts of every scan); returns a table for people.
    ///
    /// - Throws: `Problem` naming the file that cannot be written.
    public func write(in folder: URL, bootstrap: Bootstrap) throws -> String {
        let (intervals, cpmInterval) = try intervals(bootstrap)
        let points = Self.rates.indices.map { index in
            File.Point(
                falsePositivesPerScan: Self.rates[index], sensitivity: sensitivities[index], lower: intervals[index].lower,
                upper: intervals[index].upper)
        }
        try JSONFile.write(
            File(
                counts: counts, cpm: cpm, cpmLower: cpmInterval.lower, cpmUpper: cpmInterval.upper, froc: points,
                resamples: bootstrap.resamples, seed: bootstrap.seed, confidence: bootstrap.confidence),
            to: folder.appendingPathComponent("results_luna.json"))
        let steps = (0...1000).map { 0.125 + (8 - 0.125) * Double($0) / 1000 }
        var froc = CSVText(columns: ["false_positives_per_scan", "sensitivity"])
        for (rate, sensitivity) in zip(steps, curve(at: steps)) { froc.append(["\(rate)", "\(sensitivity)"]) }
        try froc.write(to: folder.appendingPathComponent("froc.csv"))
        var table = CSVText(
            columns: ["seriesuid", "nodules", "candidates", "true_positives", "false_positives", "missed", "ignored", "double"])
        for scan in scans {
            let counts = [scan.nodules, scan.candidates, scan.truePositives, scan.falsePositives, scan.missed, scan.ignored, scan.double]
            table.append([scan.id] + counts.map(String.init))
        }
        try table.write(to: folder.appendingPathComponent("scans.csv"))
        return Self.table(counts, points, cpm, cpmInterval)
    }

    private static func table(_ counts: Counts, _ points: [File.Point], _ cpm: Double, _ interval: (lower: Double, upper: Double)) -> String
    {
        func line(_ title: String, _ value: Double, _ lower: Double, _ upper: Double) -> String {
            let padding = String(repeating: " ", count: max(0, 28 - title.count))
            return title + padding + String(format: "%.4f  (%.4f–%.4f)", value, lower, upper)
        }
        let names = ["1/8", "1/4", "1/2", "1", "2", "4", "8"]
        return
            ([
                "\(counts.scans) scans, \(counts.nodules) nodules, \(counts.candidates) candidates kept",
                "\(counts.truePositives) found, \(counts.missed) missed, \(counts.falsePositives) false positives, \(counts.ignored) on excluded findings, \(counts.double) double",
            ]
            + zip(names, points).map { line("sensitivity at \($0) per scan", $1.sensitivity, $1.lower, $1.upper) }
            + [line("CPM", cpm, interval.lower, interval.upper)]).joined(separator: "\n")
    }
}
