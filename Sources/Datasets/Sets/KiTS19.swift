import Core
import Foundation
import Support

/// KiTS19: tumours of the kidney (task 011).
struct KiTS19: DatasetConverter {
    let card = DatasetCard(
        name: "kits19", task: "Task011_Kits", title: "KiTS19: tumours of the kidney in CT",
        home: "https://kits19.grand-challenge.org/data/",
        parts: [RawPart("cases", "case_*", "data/case_*", "*/data/case_*")], correctedLabels: "https://zenodo.org/record/4876472")

    /// Cases whose labels are faulty; nnU-Net and nnDetection leave them out.
    private static let faulty: Set<Int> = [15, 23, 37, 68, 125, 133]
    /// Cases from this number on are the challenge's test cases.
    private static let labelled = 210

    func survey(_ raw: RawFolder) throws -> DatasetSurvey {
        var info = DatasetInfo(task: card.task, labels: ["lesion"], modalities: ["CT"], name: "Kits", testLabels: true)
        info.stuffLabels = ["kidney"]
        info.convertedStuff = [1]
        info.convertedThings = [2]
        info.minSize = 3
        var survey = DatasetSurvey(info: info, cases: [], notes: [raw.correctionNote(card)].compactMap { $0 }, division: .heldOut)
        var unlabelled = 0
        // The original draws its test cases before the faulty ones are removed by hand.
        var drawn: [String] = []
        for folder in try FolderListing.folders(in: raw.part("cases").deletingLastPathComponent()) {
            let id = folder.lastPathComponent
            guard id.hasPrefix("case_"), let number = Int(id.dropFirst(5)) else { continue }
            func skip(_ reason: String) { survey.skipped.append(SkippedCase(id: id, reason: reason)) }
            let (image, label) = (folder.appendingPathComponent("imaging.nii.gz"), folder.appendingPathComponent("segmentation.nii.gz"))
            if number < Self.labelled, FileManager.default.fileExists(atPath: image.path),
                FileManager.default.fileExists(atPath: label.path)
            {
                drawn.append(id)
            }
            if number >= Self.labelled {
                unlabelled += 1
            } else if Self.faulty.contains(number) {
                skip("its labels are faulty, the original leaves it out too")
            } else if !FileManager.default.fileExists(atPath: image.path) {
                skip("has no imaging.nii.gz; the repository of the data set has a script that downloads the images")
            } else if !FileManager.default.fileExists(atPath: label.path) {
                skip("has no segmentation.nii.gz")
            } else if let labels = try raw.labels(of: id, else: SemanticMask(label, info)) {
                survey.cases.append(DatasetCase(id: id, images: [.file(image)], labels: labels))
            } else {
                skip("has no corrected labels")
            }
        }
        survey.drawn = drawn
        if unlabelled > 0 { survey.notes.append("\(unlabelled) test cases without labels (from case_00210 on) are not used") }
        return survey
    }
}
