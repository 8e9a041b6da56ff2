import Core
import Foundation
import Support

/// The tasks of the Medical Segmentation Decathlon with objects in CT (tasks 003, 007, 008, 010).
struct Decathlon: DatasetConverter {
    let card: DatasetCard
    /// Semantic values that are no objects, and their names.
    private let stuff: [(value: Int, name: String)]
    private let thing: (value: Int, name: String)
    /// What the names of the labels in the owner's dataset.json hold, by which the task is told from the others.
    private let mark: String

    static let liver = Decathlon(
        "liver", "Task003_Liver", "Task03_Liver", "tumours of the liver in CT", stuff: [(1, "liver")], thing: (2, "cancer"), mark: "liver")
    static let pancreas = Decathlon(
        "pancreas", "Task007_Pancreas", "Task07_Pancreas", "tumours of the pancreas in CT", stuff: [(1, "pancreas")], thing: (2, "cancer"),
        mark: "pancreas")
    static let hepaticVessel = Decathlon(
        "hepaticvessel", "Task008_HepaticVessel", "Task08_HepaticVessel", "tumours beside hepatic vessels in CT", stuff: [(1, "vessel")],
        thing: (2, "tumour"), mark: "vessel")
    static let colon = Decathlon(
        "colon", "Task010_Colon", "Task10_Colon", "tumours of the colon in CT", stuff: [], thing: (1, "cancer"), mark: "colon")

    private init(
        _ name: String, _ task: String, _ folder: String, _ title: String, stuff: [(value: Int, name: String)],
        thing: (value: Int, name: String), mark: String
    ) {
        card = DatasetCard(
            name: name, task: task, title: "Medical Segmentation Decathlon: \(title)", home: "http://medicaldecathlon.com",
            parts: [
                RawPart("description", "dataset.json", "\(folder)/dataset.json"), RawPart("images", "imagesTr", "\(folder)/imagesTr"),
                RawPart("labels", "labelsTr", "\(folder)/labelsTr"),
            ],
            correctedLabels: "https://zenodo.org/record/4876497")
        self.stuff = stuff
        self.thing = thing
        self.mark = mark
    }

    func survey(_ raw: RawFolder) throws -> DatasetSurvey {
        let owners = try OwnersDescription(raw.part("description"), mark: mark)
        var info = DatasetInfo(task: card.task, labels: [thing.name], modalities: owners.modalities, name: owners.name, testLabels: true)
        info.stuffLabels = stuff.map(\.name)
        info.convertedStuff = stuff.map(\.value)
        info.convertedThings = [thing.value]
        info.minSize = 3
        var pairs = try FilePairs(
            images: FolderListing.files(below: raw.part("images"), suffix: ".nii.gz"), imageSuffix: ".nii.gz",
            labels: FolderListing.files(below: raw.part("labels"), suffix: ".nii.gz"), labelSuffix: ".nii.gz")
        let cases = try pairs.cases { id, label in try raw.labels(of: id, else: SemanticMask(label, info)) }
        var notes = [raw.correctionNote(card)].compactMap { $0 }
        if let count = owners.count, count != pairs.found {
            notes.append("dataset.json lists \(count) training cases, \(pairs.found) are there")
        }
        var survey = DatasetSurvey(
            info: info, remarks: owners.remarks, cases: cases, skipped: pairs.skipped, notes: notes, division: .heldOut)
        survey.drawn = pairs.paired
        return survey
    }
}

/// The dataset.json that comes with a task of the Decathlon.
private struct OwnersDescription {
    let name: String
    let modalities: [String]
    /// Number of training cases.
    let count: Int?
    let remarks: Document

    /// - Throws: `Problem` where a key is missing, or the labels are those of another task.
    init(_ url: URL, mark: String) throws {
        let document = try Document.read(url)
        let remedy = "get the owner's file again"
        guard case .map(let map)? = document["modality"] else { throw Problem(url, "key 'modality' is missing", remedy: remedy) }
        modalities = try (0..<map.count).map { index in
            guard case .text(let name)? = map[String(index)] else {
                throw Problem(url, "'modality' must name 0, 1, … and has \(map.keys.sorted().joined(separator: ", "))", remedy: remedy)
            }
            return name
        }
        guard modalities.count == 1 else { throw Problem(url, "lists \(modalities.count) modalities, this task has one", remedy: remedy) }
        guard case .map(let labels)? = document["labels"] else { throw Problem(url, "key 'labels' is missing", remedy: remedy) }
        let names = labels.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.flow)" }.joined(separator: ", ")
        guard names.lowercased().contains(mark) else {
            throw Problem(
                url, "describes another task, its labels are \(names)", remedy: "give the folder of the task that is to be prepared")
        }
        if case .text(let text)? = document["name"] { name = text } else { name = mark }
        if case .integer(let number)? = document["numTraining"] { count = number } else { count = nil }
        remarks = .map(["original_labels": .map(labels), "original_numTraining": count.map { .integer($0) } ?? .null])
    }
}
