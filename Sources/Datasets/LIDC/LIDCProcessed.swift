import Core
import Foundation
import Imaging
import Support

/// LIDC-IDRI as MIC's LIDC-IDRI-processing leaves it: `data_nrrd/<case>/<case>_ct_scan.nrrd`, a mask per nodule and rater, and
/// `characteristics.csv`.
struct LIDCProcessed {
    let folder: URL
    let raw: RawFolder

    func survey(_ info: DatasetInfo) throws -> DatasetSurvey {
        var survey = DatasetSurvey(info: info, cases: [])
        let file = raw.url.appendingPathComponent("characteristics.csv")
        let ratings = try Self.ratings(file)
        let folders = try FolderListing.folders(in: folder)
        guard folders.isEmpty || folders.contains(where: { ratings[$0.lastPathComponent] != nil }) else {
            throw Problem(
                file,
                "none of its PatientID is a folder of \(folder.lastPathComponent), which holds \(folders[0].lastPathComponent) and so on",
                remedy: "take the table that was made with the images")
        }
        for folder in folders {
            let id = folder.lastPathComponent
            let image = folder.appendingPathComponent("\(id)_ct_scan.nrrd")
            guard FileManager.default.fileExists(atPath: image.path) else {
                survey.skipped.append(SkippedCase(id: id, reason: "has no \(id)_ct_scan.nrrd"))
                continue
            }
            do {
                let nodules = try Self.nodules(folder, ratings[id] ?? [:])
                survey.cases.append(DatasetCase(id: id, images: [.file(image)], labels: LIDCRaterMasks(nodules: nodules)))
            } catch let left as LeftOut {
                survey.skipped.append(SkippedCase(id: id, reason: left.reason))
            }
        }
        return survey
    }

    /// Malignancy by case and number of the nodule.
    private static func ratings(_ url: URL) throws -> [String: [Int: Int]] {
        let table = try DelimitedTable(url)
        let (patient, nodule) = (try table.column("PatientID"), try table.column("NoduleID"))
        let malignancy = try table.column("Malignancy")
        return try (0..<table.count).reduce(into: [:]) { ratings, row in
            let (id, number, rating) = (table.text(row, patient), try table.integer(row, nodule), try table.integer(row, malignancy))
            guard (-1...5).contains(rating) else {
                throw table.problem(row, "Malignancy is \(rating), ratings are 0 to 5, or -1 where none was given")
            }
            let other = ratings[id, default: [:]].updateValue(rating, forKey: number)
            guard other == nil || other == rating else {
                throw table.problem(row, "Malignancy of nodule \(number) of \(id) is \(rating), another row says \(other ?? 0)")
            }
        }
    }

    /// The masks of a case by nodule: `<case>_<rater>_<nodule>_…_<roi>.nii.gz`; the roi says which masks are of one nodule.
    private static func nodules(_ folder: URL, _ ratings: [Int: Int]) throws -> [LIDCRaterMasks.Nodule] {
        var nodules: [String: LIDCRaterMasks.Nodule] = [:]
        for file in try FolderListing.files(below: folder, suffix: ".nii.gz") {
            let name = file.lastPathComponent.dropLast(".nii.gz".count)
            let fields = name.split(separator: "_", omittingEmptySubsequences: false)
            guard fields.count >= 4, let roi = fields.last, let nodule = Int(fields[2]) else {
                throw LeftOut("has a mask with a name that cannot be understood, \(file.lastPathComponent)")
            }
            guard let rating = ratings[nodule] else { throw LeftOut("has nodule \(nodule), which characteristics.csv does not list") }
            nodules[String(roi), default: LIDCRaterMasks.Nodule(name: String(roi))].masks.append((file, rating))
        }
        return nodules.values.sorted { $0.name < $1.name }
    }
}

/// Nodules of one scan, a mask per rater for each.
struct LIDCRaterMasks: LabelSource {
    struct Nodule: Sendable {
        /// What names the masks that are of this nodule.
        let name: String
        /// Masks with the malignancy that their raters gave.
        var masks: [(url: URL, malignancy: Int)] = []
    }

    let nodules: [Nodule]

    var files: [URL] { nodules.flatMap { $0.masks.map(\.url) } }
    var settings: String { nodules.map { "\($0.name) \($0.masks.map(\.malignancy))" }.joined(separator: ";") }

    func check(_ grid: Geometry, _ reader: ImageReader) throws { for url in files { try mask(url).check(grid, reader) } }

    /// The headers of these masks hold no more than the spacing.
    private func mask(_ url: URL) -> MaskFile { MaskFile(url, placement: .byVoxels) }

    func objects(on grid: Geometry, _ reader: ImageReader) throws -> ObjectMap {
        var consensus = LIDC.Consensus(shape: grid.size)
        for nodule in nodules {
            var counts: [Int: Int] = [:]
            for (url, _) in nodule.masks {
                let map = try mask(url).read(on: grid, reader).map
                map.voxels.withUnsafeBufferPointer { voxels in
                    for voxel in voxels.indices where voxels[voxel] > 0 { counts[voxel, default: 0] += 1 }
                }
            }
            consensus.add(counts, ratings: nodule.masks.map(\.malignancy), named: "nodule \(nodule.name)")
        }
        return consensus.finished()
    }
}
