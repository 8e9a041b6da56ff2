import Core
import Support

/// CADA: cerebral aneurysms (task 017).
struct CADA: DatasetConverter {
    let card = DatasetCard(
        name: "cada", task: "Task017_CADA", title: "CADA: cerebral aneurysms in rotational angiography",
        home: "https://cada.grand-challenge.org",
        parts: [
            RawPart("images", "train_dataset", "*/train_dataset"), RawPart("masks", "train_mask_images", "*/train_mask_images"),
        ])

    func survey(_ raw: RawFolder) throws -> DatasetSurvey {
        let info = DatasetInfo(task: card.task, labels: ["aneurysm"], modalities: ["CT"], name: "CADA")
        let (imageSuffix, labelSuffix) = ("_orig.nii.gz", "_labeledMasks.nii.gz")
        var pairs = try FilePairs(
            images: FolderListing.files(below: raw.part("images"), suffix: imageSuffix), imageSuffix: imageSuffix,
            labels: FolderListing.files(below: raw.part("masks"), suffix: labelSuffix), labelSuffix: labelSuffix)
        let cases = try pairs.cases { _, map in InstanceMask(map) }
        return DatasetSurvey(info: info, cases: cases, skipped: pairs.skipped)
    }
}
