import Core
import Evaluation
import Foundation
import Imaging
import Support

/// The cases of an evaluation with what was found and what is annotated.
struct CaseSet: Sendable {
    var cases: [EvaluationCase]
    /// Cases without a prediction, counted as empty.
    var missing: [String] = []
}

/// Where the predictions and the annotated objects of some cases lie.
struct CaseSource: Sendable {
    let predictions: URL
    let labels: URL
    /// Cases that must have a prediction; nil: those that are annotated, or those that have a prediction (`followsPredictions`).
    var expected: [String]?
    var followsPredictions = false
    /// Whether boxes must be in image space (true) or in that of the preprocessed arrays (false); nil: either.
    var isRestored: Bool?
    /// Millimetres per voxel of the preprocessed arrays; image space has the spacing of each case.
    var spacing: SIMD3<Double>?
    /// The grid of a case's image, for cases without a prediction.
    var grid: (@Sendable (String) throws -> Geometry)?
    var missingAsEmpty = false
    /// What makes predictions, and labels, that are missing.
    var remedies: (predictions: String, labels: String)

    /// The ids of the cases to be evaluated, and which of them have no prediction.
    ///
    /// - Throws: `Problem` naming expected cases without prediction, or where nothing can be scored.
    func ids(_ context: CommandContext) throws -> (all: [String], missing: Set<String>) {
        let predicted = try CasePrediction.listed(in: predictions)
        guard !predicted.isEmpty || (missingAsEmpty && expected?.isEmpty == false) else {
            throw Problem(
                predictions, "holds no predictions (<case>_boxes.npz, or .pkl of the Python nnDetection)", remedy: remedies.predictions)
        }
        let annotated = Set(try GroundTruth.listed(in: labels))
        let wanted = expected ?? (followsPredictions ? predicted : annotated.sorted())
        let missing = Set(wanted).subtracting(predicted)
        guard missing.isEmpty || missingAsEmpty else {
            throw Problem(
                predictions, "\(missing.count) of \(wanted.count) cases have no prediction: \(Self.list(missing.sorted()))",
                remedy: "\(remedies.predictions), or add --missing-as-empty")
        }
        let unlabelled = wanted.filter { !annotated.contains($0) }
        guard unlabelled.count < wanted.count else {
            throw Problem(labels, "holds no annotated objects of these cases (<case>_boxes_gt.npz)", remedy: remedies.labels)
        }
        if !unlabelled.isEmpty { context.log.warning("left out, not annotated: \(Self.list(unlabelled))") }
        let strangers = Set(predicted).subtracting(wanted).sorted()
        if !strangers.isEmpty { context.log.warning("left out, not among the cases evaluated: \(Self.list(strangers))") }
        return (wanted.filter(annotated.contains), missing)
    }

    /// Reads the boxes of all cases.
    ///
    /// - Throws: as `ids`, and `Problem` naming the file that cannot be read or lies in another space.
    func boxes(_ context: CommandContext) throws -> CaseSet {
        let (ids, missing) = try ids(context)
        let source = self
        var cases = try parallelMap(ids.count) { index in
            let id = ids[index]
            let truth = try GroundTruth.read(id, in: source.labels)
            guard !missing.contains(id) else {
                let spacing = try source.spacing ?? source.grid?(id).spacing
                return EvaluationCase(id: id, detections: Detections(), truth: truth, spacing: spacing)
            }
            let prediction = try CasePrediction.read(id, in: source.predictions)
            try source.checkSpace(prediction.isRestored, CasePrediction.file(of: id, in: source.predictions))
            return EvaluationCase(
                id: id, detections: prediction.detections, truth: truth,
                spacing: prediction.isRestored ? prediction.geometry.spacing : source.spacing, dimension: prediction.dimension)
        }
        // Boxes of slices would hit volumes of one voxel's height.
        let own = cases.indices.filter { !cases[$0].detections.boxes.isEmpty }
        if let first = own.first, let other = own.first(where: { cases[$0].dimension != cases[first].dimension }) {
            throw Problem(
                CasePrediction.file(of: cases[other].id, in: predictions),
                "has boxes in \(cases[other].dimension)D, case \(cases[first].id) in \(cases[first].dimension)D",
                remedy: "evaluate them apart")
        }
        // Sizes in different units could not be compared.
        if cases.contains(where: { $0.spacing == nil }) { for index in cases.indices { cases[index].spacing = nil } }
        if let flat = cases.first(where: { $0.dimension == 2 })?.dimension {
            for index in cases.indices where missing.contains(cases[index].id) { cases[index].dimension = flat }
        }
        return CaseSet(cases: cases, missing: missing.sorted())
    }

    /// - Throws: `Problem` naming `file` where it is of the wrong space.
    func checkSpace(_ isRestored: Bool, _ file: URL) throws {
        guard let wanted = self.isRestored, wanted != isRestored else { return }
        throw Problem(file, "is in \(isRestored ? "image" : "preprocessed") space, which does not fit its folder")
    }

    static func list(_ ids: [String]) -> String {
        ids.count <= 10 ? ids.joined(separator: ", ") : ids.prefix(10).joined(separator: ", ") + " and \(ids.count - 10) more"
    }
}

extension CaseSource {
    /// The predictions of a run, in image space or in that of the preprocessed arrays.
    ///
    /// - Throws: `Problem` where the plan or the split of the run cannot be read.
    init(
        _ task: TaskFolder, _ run: RunFolder, fold: Int, _ subset: RunFolder.Subset, preprocessed: Bool, _ choices: EvaluationChoices,
        _ context: CommandContext
    ) throws {
        let split: TaskFolder.Split = subset == .test ? .test : .train
        let plan = preprocessed ? try Plan.read(from: run.plan) : nil
        self.init(
            predictions: run.predictions(subset, preprocessed: preprocessed),
            labels: plan.map { task.preprocessedLabels($0.dataIdentifier) } ?? task.evaluationLabels(split),
            expected: try Self.expected(task, run, fold: fold, subset, context), followsPredictions: true, isRestored: !preprocessed,
            spacing: plan.map { SIMD3($0.targetSpacingTransposed[0], $0.targetSpacingTransposed[1], $0.targetSpacingTransposed.last ?? 1) },
            grid: { try task.reader.geometry(task.imageFiles(of: $0, split)[0]) }, missingAsEmpty: choices.missingAsEmpty,
            remedies: (
                "run 'nndet \(subset == .test ? "predict" : "sweep")' first",
                subset == .test && !task.info.testLabels
                    ? "set test_labels: true in the data set's description and run 'nndet prep' again" : "run 'nndet prep' again"
            ))
    }

    /// The cases that must have predictions: those that the run had to predict; nil where the folder alone tells.
    private static func expected(
        _ task: TaskFolder, _ run: RunFolder, fold: Int, _ subset: RunFolder.Subset, _ context: CommandContext
    ) throws -> [String]? {
        if subset == .test { return try task.caseIDs(.test) }
        guard FileManager.default.fileExists(atPath: run.splits.path) else { return nil }
        let splits: Splits = try JSONFile.read(from: run.splits)
        let configuration = try Configuration.read(run.config, environment: context.environment)
        // A limit for trying things out leaves cases without prediction; consolidated folds are told by their models.
        guard configuration.debug.numCasesVal == nil else { return nil }
        let folds = fold >= 0 ? [fold] : splits.folds.indices.filter { FileManager.default.fileExists(atPath: run.model(fold: $0).path) }
        return folds.isEmpty ? nil : try folds.flatMap { try splits.fold($0).val }.sorted()
    }
}
