import Foundation

extension QualityReport {
    /// What a user should look at, one line each; empty where nothing is noticeable.
    public var notices: [String] {
        var lines: [String] = []
        let across = Set(duplicates.flatMap(\.across)).sorted()
        if !duplicates.isEmpty {
            lines.append(
                "\(Self.count(duplicates.count, "image is", "images are")) there more than once"
                    + (across.isEmpty ? "" : ", on both sides of \(across.joined(separator: "; ")): scores will be too good"))
        }
        for (plan, lost) in Dictionary(grouping: lostObjects, by: \.plan).sorted(by: { $0.key < $1.key }) {
            let gone = lost.count { $0.voxels == 0 }
            lines.append(
                "\(plan): \(Self.count(lost.count, "object has", "objects have")) fewer than \(Self.minimumVoxels) voxels after resampling"
                    + (gone > 0 ? ", \(gone) of them none" : ""))
        }
        let odd = Set(outliers.map(\.caseID)).count
        if odd > 0 { lines.append("\(Self.count(odd, "case differs", "cases differ")) much from the others in spacing, size or intensity") }
        for item in classes where item.objects == 0 { lines.append("class \(item.label) (\(item.name)) has no object") }
        let total = classes.reduce(0) { $0 + $1.objects }
        for item in classes where item.objects > 0 {
            if item.cases < 5 {
                lines.append(
                    "class \(item.label) (\(item.name)) is in \(Self.count(item.cases, "case", "cases")) only: not every fold can hold one")
            } else if classes.count > 1, Double(item.objects) < 0.05 * Double(total) {
                let share = String(format: "%.1f", 100 * Double(item.objects) / Double(total))
                lines.append("class \(item.label) (\(item.name)) has \(share) % of the objects only")
            }
        }
        if !casesWithoutObjects.isEmpty {
            lines.append("\(Self.count(casesWithoutObjects.count, "case", "cases")) of \(cases) without objects")
        }
        if !labelsWithoutImage.isEmpty {
            lines.append("\(Self.count(labelsWithoutImage.count, "label file", "label files")) without an image: is a name mistyped?")
        }
        return lines
    }

    /// The whole report for people, as Markdown.
    public var markdown: String {
        var text = "# Quality of \(task)\n\n\(Self.count(cases, "training case", "training cases")), "
        text += "\(Self.count(testCases, "test case", "test cases")), "
        text += "\(Self.count(classes.reduce(0) { $0 + $1.objects }, "object", "objects")).\n\n"
        text += notices.isEmpty ? "Nothing is noticeable.\n" : notices.map { "- \($0)\n" }.joined()
        text += "\n## Classes\n\n"
        text += Self.table(
            ["class", "name", "objects", "cases", "median volume (mm³)"],
            classes.map { ["\($0.label)", $0.name, "\($0.objects)", "\($0.cases)", $0.medianVolume.map { Self.short($0) } ?? "–"] })
        if !casesWithoutObjects.isEmpty { text += "\n## Cases without objects\n\n\(casesWithoutObjects.joined(separator: ", "))\n" }
        if !duplicates.isEmpty {
            text += "\n## Identical images\n\n"
            text += Self.table(
                ["images", "on both sides of"],
                duplicates.map { group in
                    [
                        group.images.map { "images\($0.split)/\($0.caseID), modality \($0.modality)" }.joined(separator: "; "),
                        group.across.joined(separator: "; "),
                    ]
                })
        }
        if !lostObjects.isEmpty {
            text += "\n## Objects with fewer than \(Self.minimumVoxels) voxels after resampling\n\n"
            text += Self.table(
                ["plan", "case", "instance", "class", "voxels left"],
                lostObjects.map { [$0.plan, $0.caseID, "\($0.instance)", "\($0.label)", "\($0.voxels)"] })
        }
        if !outliers.isEmpty {
            text += "\n## Unusual cases\n\nDistance from the median of all cases in robust standard deviations.\n\n"
            text += Self.table(
                ["case", "property", "value", "median", "distance"],
                outliers.map {
                    [$0.caseID, $0.property, Self.short($0.value), Self.short($0.median), String(format: "%.1f", $0.deviations)]
                })
        }
        if !labelsWithoutImage.isEmpty { text += "\n## Label files without an image\n\n\(labelsWithoutImage.joined(separator: ", "))\n" }
        return text
    }

    private static func count(_ count: Int, _ one: String, _ many: String) -> String { "\(count) \(count == 1 ? one : many)" }

    private static func short(_ value: Double) -> String { String(format: "%.4g", value) }

    private static func table(_ names: [String], _ rows: [[String]]) -> String {
        let line = { (cells: [String]) in "| \(cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ")) |\n" }
        return line(names) + line(names.map { _ in "---" }) + rows.map(line).joined()
    }
}
