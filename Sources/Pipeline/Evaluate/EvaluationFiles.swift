import Core
import Evaluation
import Foundation
import Imaging
import Support

/// Predictions and annotated objects that lie anywhere, without a task: folders of `.npz` files, or two files of COCO's JSON.
public enum EvaluationFiles: Sendable {
    /// `<case>_boxes.npz` and `<case>_boxes_gt.npz` (and the files of segmentations and instances beside them).
    ///
    /// - Parameters:
    ///   - predictions: folder of the detections.
    ///   - labels: folder of the annotated objects.
    ///   - images: folder of `<case>_0000.nii.gz` or `<case>.nii.gz`, for pictures.
    ///   - classes: names of the classes by id; empty: as many as appear.
    case folders(predictions: URL, labels: URL, images: URL?, classes: [String])
    case coco(predictions: URL, groundTruth: URL)

    /// Where results go by default: beside the predictions.
    public var defaultOutput: URL {
        switch self {
        case .folders(let predictions, _, _, _), .coco(let predictions, _): Self.results(of: predictions)
        }
    }

    /// `<name>_results` beside a file or folder.
    static func results(of predictions: URL) -> URL {
        let name = predictions.hasDirectoryPath ? predictions : predictions.deletingPathExtension()
        return predictions.deletingLastPathComponent().appendingPathComponent("\(name.lastPathComponent)_results", isDirectory: true)
    }

    /// What is evaluated, for people.
    var title: String {
        switch self {
        case .folders(let predictions, _, _, _): predictions.lastPathComponent
        case .coco(let predictions, _): predictions.lastPathComponent
        }
    }

    func source(_ choices: EvaluationChoices) -> CaseSource? {
        guard case .folders(let predictions, let labels, _, _) = self else { return nil }
        return CaseSource(
            predictions: predictions, labels: labels, missingAsEmpty: choices.missingAsEmpty,
            remedies: (
                "predictions are <case>_boxes.npz as 'nndet predict' writes them",
                "annotated objects are <case>_boxes_gt.npz as 'nndet prep' writes them"
            ))
    }

    /// The cases with the names of their classes; of COCO's files the whole of them too.
    func read(_ choices: EvaluationChoices, _ context: CommandContext) throws -> (set: CaseSet, classNames: [String], coco: COCOFiles?) {
        switch self {
        case .coco(let predictions, let groundTruth):
            let files = try COCOFiles(groundTruth: groundTruth, predictions: predictions)
            return (CaseSet(cases: files.countedCases), files.classNames, files)
        case .folders(let predictions, let labels, _, let classes):
            for folder in [predictions, labels] where !FileManager.default.fileExists(atPath: folder.path) {
                throw Problem(folder, "no such folder")
            }
            guard let set = try source(choices)?.boxes(context) else { return (CaseSet(cases: []), classes, nil) }
            if classes.isEmpty, let odd = set.cases.first(where: { ($0.truth.labels + $0.detections.labels).contains { $0 >= 1000 } }) {
                throw Problem(
                    "case \(odd.id)", "has a class id of 1000 or more, and the classes are not named",
                    remedy: "number the classes 0, 1, …, or name all of them with --classes")
            }
            let highest = set.cases.flatMap { $0.truth.labels + $0.detections.labels }.max() ?? 0
            return (set, classes.isEmpty ? (0...highest).map { "class \($0)" } : classes, nil)
        }
    }

    /// The image of a case; nil where there is none.
    func image(_ id: String, _ index: FolderIndex, _ reader: ImageReader) throws -> Image<Float>? {
        guard case .folders(_, _, let images?, _) = self else { return nil }
        guard let file = ["\(id)_0000", id].lazy.compactMap({ index.image($0, in: images) }).first else {
            throw Problem(images, "holds no image of case \(id)", remedy: "name images <case>_0000.nii.gz or <case>.nii.gz")
        }
        return try reader.read(file)
    }
}

extension EvaluationFiles {
    /// `nndet eval --predictions …`: scores the files and writes results into `output`.
    ///
    /// - Throws: `Problem` naming what is missing or cannot be read.
    public func evaluate(_ choices: EvaluationChoices, output: URL?, _ context: CommandContext) throws {
        let (set, classNames, coco) = try read(choices, context)
        let folder = output ?? defaultOutput
        let writing = ResultWriting(
            choices: choices, classNames: classNames, results: folder,
            analysis: folder.appendingPathComponent("analysis", isDirectory: true), title: title)
        if choices.boxes {
            _ = try writing.score(set, context)
            if let coco {
                let summary = try COCOSummary(coco)
                try summary.write(in: folder)
                let keys = ["AP", "AP50", "AP75", "APs", "APm", "APl", "AR1", "AR10", "AR100", "ARs", "ARm", "ARl"]
                let values = keys.compactMap { key in summary.scores[key].map { "\(key) " + String(format: "%.3f", $0) } }
                context.log.info("COCO (IoU 0.50–0.95): " + values.joined(separator: ", "))
            }
        }
        if choices.cases { try writing.scoreCases(set.cases, context) }
        if choices.segmentation || choices.instances {
            guard let source = source(choices) else {
                throw Problem("nndet eval", "JSON holds no maps of voxels", remedy: "use --predictions and --labels with folders")
            }
            try writing.scoreMaps(source, set.cases.map(\.id), context)
        }
        if choices.analysis { try writing.analyze(set.cases, context) }
        context.log.info("written to \(folder.path)")
    }
}
