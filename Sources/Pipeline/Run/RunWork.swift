import Core
import Foundation
import Planning
import Support

/// What one call of `nndet run` has to do, known once the task is planned.
struct RunWork {
    let plan: Plan
    let model: ModelFolder
    let folds: Int
    private let options: RunTask
    private let configuration: Configuration
    private let stepSeconds: Double
    private let memory: Int
    private let validationCases: Int
    private let testCases: Int
    private let previous: RunRecord?
    private let isExpected: RunEstimate

    /// - Throws: `Problem` for folds or devices that there are none of, or a budget in which nothing can be done.
    init(_ options: RunTask, _ task: TaskFolder, _ configuration: Configuration, _ context: CommandContext) throws {
        self.options = options
        self.configuration = configuration
        let planned = try Plan.read(from: URL(fileURLWithPath: configuration.host.planPath))
        plan = try configuration.planOverwrites.applied(to: planned)
        model = ModelFolder(
            root: URL(fileURLWithPath: configuration.host.parentResults, isDirectory: true), task: task.name, model: configuration.exp.id)
        let ids = try task.caseIDs(.train)
        let splits = try Self.splits(task, configuration, ids)
        folds = options.folds ?? splits.folds.count
        guard (1...splits.folds.count).contains(folds) else {
            throw Problem("--folds \(folds)", "the split has \(splits.folds.count) folds", remedy: "give 1 to \(splits.folds.count)")
        }
        validationCases = splits.folds.prefix(folds).map(\.val.count).reduce(0, +)
        testCases = task.imageListing(.test).ids.count
        previous = RunRecord.read(model)
        let names = options.devices.map(TrainTask.deviceName)
        let compute = try Compute(configuration.trainerCfg, device: names.first)
        for name in names.dropFirst() { _ = try Compute(configuration.trainerCfg, device: name) }
        stepSeconds = try previous?.stepSeconds ?? RunEstimate.stepSeconds(plan, configuration, compute)
        memory = compute.memoryModel.estimate(PlanCandidate(plan, configuration)).total
        isExpected = try Self.estimate(
            plan, configuration, stepSeconds, memory, folds, options, validationCases: validationCases, testCases: testCases, spent: 0)
    }

    private static func splits(_ task: TaskFolder, _ configuration: Configuration, _ ids: [String]) throws -> Splits {
        let file = try task.existingSplits(configuration.augmentCfg.splits)
        // Not made here: that is for preprocessed cases.
        guard FileManager.default.fileExists(atPath: file.path) else { return try Splits.kFold(ids) }
        return try Splits.readOrMake(file, ids: ids)
    }

    private static func estimate(
        _ plan: Plan, _ configuration: Configuration, _ stepSeconds: Double, _ memory: Int, _ folds: Int, _ options: RunTask,
        validationCases: Int, testCases: Int, spent: Double
    ) throws -> RunEstimate {
        try RunEstimate(
            plan: plan, configuration: configuration, step: stepSeconds, memory: memory, folds: folds,
            devices: max(1, options.devices.count), validationCases: validationCases, testCases: testCases,
            transforms: options.transforms, budget: options.timeBudget, spent: spent)
    }

    /// What it will take, for people.
    var table: String {
        let rows =
            [
                (
                    "plan",
                    "\(plan.dataIdentifier), patch \(plan.patchSize.map(String.init).joined(separator: " × ")), batch \(plan.batchSize)"
                ),
                ("stages", stages),
            ] + isExpected.rows
        return rows.map { "  " + $0.0.padding(toLength: 13, withPad: " ", startingAt: 0) + $0.1 }.joined(separator: "\n")
    }

    private var stages: String {
        let last = testCases > 0 ? ["\(testCases) test images", "scores and report"] : ["scores and report"]
        return (["preprocessing", "\(folds) fold\(folds == 1 ? "" : "s")", "consolidation"] + last).joined(separator: ", ")
    }

    /// The record to go by: that of the last time where it is of the same wish.
    ///
    /// - Parameter spent: seconds of the budget that are gone.
    func record(spent: Double) throws -> RunRecord {
        if let previous, previous.folds == folds, previous.timeBudget == options.timeBudget { return previous }
        let estimate = try Self.estimate(
            plan, configuration, stepSeconds, memory, folds, options, validationCases: validationCases, testCases: testCases, spent: spent)
        return RunRecord(
            folds: folds, timeBudget: options.timeBudget, foldBudget: estimate.foldBudget,
            stepSeconds: stepSeconds, caseSeconds: estimate.validationSeconds / Double(max(1, validationCases)))
    }
}
