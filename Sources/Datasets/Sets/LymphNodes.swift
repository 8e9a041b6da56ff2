import Core
import Foundation
import Support

/// CT Lymph Nodes: mediastinal and abdominal lymph nodes (task 025).
struct LymphNodes: DatasetConverter {
    let card = DatasetCard(
        name: "lymphnodes", task: "Task025_LymphNodes", title: "CT Lymph Nodes: mediastinal and abdominal lymph nodes in CT",
        home: "https://www.cancerimagingarchive.net/collection/ct-lymph-nodes",
        parts: [
            RawPart("series", "CT Lymph Nodes", "CT-Lymph-Nodes", "*/CT Lymph Nodes"),
            RawPart("masks", "MED_ABD_LYMPH_MASKS", "*/MED_ABD_LYMPH_MASKS"),
        ])

    func survey(_ raw: RawFolder) throws -> DatasetSurvey {
        let info = DatasetInfo(task: card.task, labels: ["LymphNode"], modalities: ["CT"], name: "Lymph Node TCIA", testLabels: true)
        var survey = DatasetSurvey(info: info, cases: [], division: .heldOut)
        let masks = try raw.part("masks")
        for folder in try FolderListing.folders(in: raw.part("series")) {
            let id = folder.lastPathComponent
            func skip(_ reason: String) { survey.skipped.append(SkippedCase(id: id, reason: reason)) }
            // Later versions of the collection have segmentations in DICOM beside the images.
            let series = try DICOMSeries.images(below: folder, modality: "CT")
            let maps = try FolderListing.files(below: masks.appendingPathComponent(id), suffix: ".nii.gz")
            if series.isEmpty {
                skip("has no CT series")
            } else if series.count > 1 {
                skip("has CT series in \(series.count) folders, one is needed")
            } else if maps.count != 1 {
                skip("has \(maps.isEmpty ? "no mask" : "\(maps.count) masks") in \(masks.lastPathComponent)")
            } else {
                survey.cases.append(DatasetCase(id: id, images: [series[0]], labels: InstanceMask(maps[0], placement: .byVoxels)))
            }
        }
        return survey
    }
}
