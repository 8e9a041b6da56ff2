import Core
import Foundation
import Support

/// LUNA16: nodules of the lung (task 016).
struct LUNA16: DatasetConverter {
    let card = DatasetCard(
        name: "luna16", task: "Task016_Luna", title: "LUNA16: nodules of the lung in CT", home: "https://luna16.grand-challenge.org",
        parts: [
            RawPart("annotations", "annotations.csv", "*/annotations.csv"), RawPart("subsets", "subset[0-9]"),
        ])

    func survey(_ raw: RawFolder) throws -> DatasetSurvey {
        let info = DatasetInfo(task: card.task, labels: ["lesion"], modalities: ["CT"], name: "Luna")
        var survey = DatasetSurvey(info: info, cases: [])
        let annotations = try raw.part("annotations")
        let nodules = try Self.nodules(annotations)
        var known: Set<String> = []
        var subsets: [String: String] = [:]
        let folders = try FolderListing.folders(in: raw.part("subsets").deletingLastPathComponent())
            .filter { $0.lastPathComponent.wholeMatch(of: /subset[0-9]/) != nil }
        for folder in folders {
            for image in try FolderListing.files(below: folder, suffix: ".mhd") {
                let series = image.deletingPathExtension().lastPathComponent
                let id = series.replacing(".", with: "_")
                guard known.insert(series).inserted else {
                    survey.skipped.append(SkippedCase(id: id, reason: "is there a second time, in \(folder.lastPathComponent)"))
                    continue
                }
                subsets[id] = folder.lastPathComponent
                survey.cases.append(DatasetCase(id: id, images: [.file(image)], labels: Spheres(spheres: nodules[series] ?? [])))
            }
        }
        let strangers = nodules.keys.filter { !known.contains($0) }.sorted()
        if !survey.cases.isEmpty, strangers.count == nodules.count, let first = strangers.first {
            throw Problem(
                annotations, "none of its series is an image of the subsets, e.g. \(first)",
                remedy: "images are called <series>.mhd; take annotations.csv of LUNA16 itself, with whole series ids")
        }
        if !strangers.isEmpty {
            let count = strangers.reduce(0) { $0 + (nodules[$1]?.count ?? 0) }
            survey.notes.append("\(count) annotations are of \(strangers.count) series that are not there")
        }
        if folders.count < 10 {
            survey.notes.append("\(folders.count) of the 10 subsets are there; each is the validation of one fold, in their order")
        }
        survey.division = .subsets(subsets)
        return survey
    }

    /// The nodules of each series.
    private static func nodules(_ url: URL) throws -> [String: [Spheres.Sphere]] {
        let table = try DelimitedTable(url)
        let (id, diameter) = (try table.column("seriesuid"), try table.column("diameter_mm"))
        let places = try ["coordX", "coordY", "coordZ"].map(table.column)
        return try (0..<table.count).reduce(into: [:]) { nodules, row in
            let place = try places.map { try table.number(row, $0) }
            let size = try table.number(row, diameter)
            guard size > 0, size <= 1000 else {
                throw table.problem(row, "the diameter is \(size), it must be positive and at most 1000 mm")
            }
            nodules[table.text(row, id), default: []].append(
                Spheres.Sphere(centre: SIMD3(place[0], place[1], place[2]), diameter: size))
        }
    }
}
