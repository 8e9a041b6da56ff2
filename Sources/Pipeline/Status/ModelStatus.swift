import Core
import Foundation
import Support
import Training

/// How far the folds of a model, and what follows from them, are.
public struct ModelStatus: Codable, Sendable {
    public let name: String
    public let items: [StatusItem]
    /// Seconds of work that are left, on one device; nil where nothing is known of it.
    public let secondsLeft: Double?

    enum CodingKeys: String, CodingKey {
        case name, items
        case secondsLeft = "seconds_left"
    }

    /// Whether the folder holds folds, or was begun by `nndet run`.
    static func isModel(_ folder: ModelFolder) -> Bool {
        RunRecord.read(folder) != nil || TaskFolder.names(in: folder.url).contains { $0.hasPrefix("fold") || $0 == "consolidated" }
    }

    /// - Throws: `Problem` where a file of the model cannot be read.
    init(_ model: ModelFolder, _ task: TaskFolder, _ environment: Environment) throws {
        name = model.url.lastPathComponent
        let record = RunRecord.read(model)
        let begun = TaskFolder.names(in: model.url).filter { $0.hasPrefix("fold") }.compactMap { Int($0.dropFirst(4)) }.filter(
            RunRecord.foldRange.contains)
        let count = max(record?.folds ?? 0, (begun.max() ?? -1) + 1, try Self.split(task, model))
        var folds: [FoldStatus] = []
        for fold in 0..<count { folds.append(try FoldStatus(fold, model.fold(fold), environment, record)) }
        // A fold that was not begun takes as long as those that were, or as was expected.
        let known = folds.compactMap(\.wholeSeconds)
        let usual = known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
        var items = folds.map { $0.item(ifNotBegun: usual) }
        let consolidated = ConsolidatedStatus(model.consolidated, task, record)
        items += consolidated.items
        self.items = items
        let open = items.filter { $0.state != .done && $0.state != .none }
        secondsLeft = open.contains { $0.secondsLeft != nil } ? open.compactMap(\.secondsLeft).reduce(0, +) : open.isEmpty ? 0 : nil
    }

    /// Folds of the split, where it is there.
    private static func split(_ task: TaskFolder, _ model: ModelFolder) throws -> Int {
        guard RunRecord.read(model) == nil else { return 0 }
        return try JSONFile.readIfPresent(Splits.self, from: task.splitsFile())?.folds.count ?? 0
    }
}

/// How far one fold is.
struct FoldStatus {
    private let fold: Int
    private let state: StatusItem.State
    private let detail: String
    private let secondsLeft: Double?
    /// Seconds of the whole training, as it goes; nil where that cannot be told yet.
    let wholeSeconds: Double?

    init(_ fold: Int, _ run: RunFolder, _ environment: Environment, _ record: RunRecord?) throws {
        self.fold = fold
        let isTraining = Activity.training.isGoingOn(in: run.url)
        let checkpoint = TrainingFiles(folder: run.url).checkpoint
        guard FileManager.default.fileExists(atPath: run.config.path) else {
            (state, detail, secondsLeft, wholeSeconds) = (isTraining ? .running : .missing, isTraining ? "beginning" : "", nil, nil)
            return
        }
        let configuration = try Configuration.read(run.config, environment: environment)
        let size = ScheduleSize(configuration)
        let progress =
            FileManager.default.fileExists(atPath: checkpoint.path) ? try TrainingState.progress(checkpoint) : TrainingProgress()
        // Weights without the state of a training come from elsewhere.
        if !FileManager.default.fileExists(atPath: checkpoint.path), FileManager.default.fileExists(atPath: run.weights(.final).path) {
            (state, detail, secondsLeft, wholeSeconds) = (.done, "trained elsewhere", 0, nil)
            return
        }
        let best = progress.bestScore.map { String(format: ", best validation score %.3f", $0) } ?? ""
        if progress.finished {
            let scores = Self.scores(run)
            let isSweeping = Activity.sweeping.isGoingOn(in: run.url)
            let sweep = isSweeping ? "sweep running" : scores.map { "swept, \($0)" } ?? "not swept"
            (state, detail) = (isSweeping ? .running : .done, "\(size.allEpochs) epochs\(best); \(sweep)")
            (secondsLeft, wholeSeconds) = (0, Self.seconds(progress).map { $0 * Double(size.allEpochs) })
            return
        }
        state = isTraining ? .running : .stopped
        detail = "epoch \(progress.history.count + 1) of \(size.allEpochs)\(best)"
        let perEpoch = Self.seconds(progress) ?? record.map { Double(size.trainingBatches) * $0.stepSeconds }
        wholeSeconds = perEpoch.map { $0 * Double(size.allEpochs) }
        let share = size.iterations > 0 ? 1 - Double(progress.iteration) / Double(size.iterations) : 0
        secondsLeft = wholeSeconds.map { $0 * share }
    }

    func item(ifNotBegun seconds: Double?) -> StatusItem {
        StatusItem("fold \(fold)", state, detail, secondsLeft: state == .missing ? seconds : secondsLeft)
    }

    /// Mean of the last epochs.
    private static func seconds(_ progress: TrainingProgress) -> Double? {
        let times = progress.history.suffix(3).compactMap { $0.values["seconds"] }
        return times.isEmpty ? nil : times.reduce(0, +) / Double(times.count)
    }

    /// The main validation scores of `run`, for people.
    static func scores(_ run: RunFolder, _ subset: RunFolder.Subset = .val) -> String? {
        let file = run.results(subset).appendingPathComponent("results_boxes.json")
        guard let scores = try? JSONFile.read([String: Double?].self, from: file).compactMapValues({ $0 }) else { return nil }
        let shown = [
            ("mAP", "mAP_IoU_0.10_0.50_0.05_MaxDet_100"), ("AP@0.1", "AP_IoU_0.10_MaxDet_100"), ("FROC@0.1", "FROC_score_IoU_0.10"),
        ].compactMap { name, key in scores[key].map { "\(name) \(String(format: "%.3f", $0))" } }
        return shown.joined(separator: ", ")
    }
}

/// How far the joined folds are: their parameters, the test images, the scores.
struct ConsolidatedStatus {
    let items: [StatusItem]

    init(_ run: RunFolder, _ task: TaskFolder, _ record: RunRecord?) {
        func state(_ isDone: Bool, _ activity: Activity?, begun: Bool = false) -> StatusItem.State {
            if let activity, activity.isGoingOn(in: run.url) { return .running }
            return isDone ? .done : begun ? .stopped : .missing
        }
        let exists = FileManager.default.fileExists(atPath:)
        let folds = TaskFolder.names(in: run.url).count { $0.hasPrefix("model_fold") }
        var items = [
            StatusItem(
                "consolidation", state(exists(run.planInference.path), .consolidating, begun: folds > 0), folds > 0 ? "\(folds) folds" : "")
        ]
        let validation = FoldStatus.scores(run)
        items.append(StatusItem("validation scores", state(validation != nil, nil), validation ?? ""))
        let test = task.imageListing(.test).ids
        let predicted = Set(CasePrediction.caseIDs(in: run.predictions(.test))).intersection(test).count
        let left = record.map { $0.caseSeconds * Double($0.folds * (test.count - predicted)) }
        items.append(
            test.isEmpty
                ? StatusItem("test predictions", .none, "no test images")
                : StatusItem(
                    "test predictions", state(predicted == test.count, .predicting, begun: predicted > 0),
                    "\(predicted) of \(test.count) cases", secondsLeft: left))
        if task.info.testLabels, !test.isEmpty {
            let scores = FoldStatus.scores(run, .test)
            items.append(StatusItem("test scores", state(scores != nil, nil), scores ?? ""))
        }
        self.items = items
    }
}
