import Core
import Foundation
import Support

/// ADAM: aneurysms of the brain (task 019, both classes as one).
struct ADAM: DatasetConverter {
    let card = DatasetCard(
        name: "adam", task: "Task019FG_ADAM", title: "ADAM: aneurysms of the brain in MR angiography", home: "https://adam.isi.uu.nl",
        parts: [RawPart("cases", "ADAM_release_subjs", "*/ADAM_release_subjs")])

    func survey(_ raw: RawFolder) throws -> DatasetSurvey {
        let info = DatasetInfo(task: card.task, labels: ["Aneurysm"], modalities: ["Structured", "TOF"], name: "ADAM")
        var survey = DatasetSurvey(info: info, cases: [])
        var patients: [String: String] = [:]
        for folder in try FolderListing.folders(in: raw.part("cases")) {
            let id = folder.lastPathComponent
            let files = ["pre/struct_aligned.nii.gz", "pre/TOF.nii.gz", "aneurysms.nii.gz"].map { folder.appendingPathComponent($0) }
            if let missing = files.first(where: { !FileManager.default.fileExists(atPath: $0.path) }) {
                survey.skipped.append(SkippedCase(id: id, reason: "has no \(missing.path.dropFirst(folder.path.count + 1))"))
                continue
            }
            // Two scans of one patient have its number and a letter.
            patients[id] = id.allSatisfy(\.isNumber) ? id : String(id.dropLast())
            survey.cases.append(DatasetCase(id: id, images: [.file(files[0]), .file(files[1])], labels: ForegroundMask(files[2])))
        }
        survey.division = .groups(patients)
        return survey
    }
}
