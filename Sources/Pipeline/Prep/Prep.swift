import Core
import Foundation
import Planning
import Preprocessing
import Support

/// `nndet prep`: checks tasks, crops, measures, plans and preprocesses them (spec 01, 03, 04).
///
/// Every step is done again only where what it works on, or an option that it depends on, has changed.
public struct Prep: Sendable {
    /// What is looked at before anything is made.
    public enum Check: Sendable { case none, basic, full }

    public var check: Check
    /// Cases that are cropped and measured at a time.
    public var threads: Int
    /// Cases that are preprocessed at a time.
    public var preprocessingThreads: Int
    /// The original's result where ours is mended (design).
    public var referenceBehaviour: Bool

    public init(
        check: Check = .basic, threads: Int = processorCount, preprocessingThreads: Int = processorCount, referenceBehaviour: Bool = false
    ) {
        self.check = check
        self.threads = max(1, threads)
        self.preprocessingThreads = max(1, preprocessingThreads)
        self.referenceBehaviour = referenceBehaviour
    }

    /// Prepares `tasks`, all of which are checked before work on the first begins.
    ///
    /// - Parameters:
    ///   - tasks: full names, numbers or unique parts.
    ///   - overrides: `key=value`.
    /// - Throws: `Problem` naming what is wrong; what was done until then stays and is not done again.
    public func run(_ tasks: [String], overrides: [String] = [], _ context: CommandContext) throws {
        let folders = try tasks.map { try TaskSelection.task($0, overrides: overrides, context) }
        for (folder, _) in folders where check != .none { try runCheck(folder, logging(folder, context)) }
        for (folder, configuration) in folders { try run(folder, configuration, logging(folder, context)) }
    }

    private func logging(_ task: TaskFolder, _ context: CommandContext) throws -> CommandContext {
        try context.logging(to: task.url.appendingPathComponent("logging.log"))
    }

    private func runCheck(_ task: TaskFolder, _ context: CommandContext) throws {
        let depth: DataCheck.Depth = check == .full ? .full : .basic
        let data = DataCheck(task: task, depth: depth, threads: threads)
        var problems: [Problem] = []
        for split in labelledSplits(task) {
            let count = (try? task.caseIDs(split).count) ?? 0
            problems += data.problems(split, progress: context.progress("check images\(split.rawValue)", count))
        }
        for problem in problems { context.log.detail("\(problem)") }
        try DataCheck.throwFirst(of: problems)
    }

    /// Training cases, and test cases where the data set has labels for them and there are any.
    private func labelledSplits(_ task: TaskFolder) -> [TaskFolder.Split] {
        // Names that cannot be understood are the check's business.
        task.info.testLabels && (try? task.caseIDs(.test).isEmpty) != true ? [.train, .test] : [.train]
    }

    private func run(_ task: TaskFolder, _ configuration: Configuration, _ context: CommandContext) throws {
        let steps = configuration.prep
        let ids = try task.caseIDs(.train)
        guard !ids.isEmpty else {
            throw Problem(task.images(.train), "holds no images", remedy: "put the images there as <case>_0000.nii.gz, …")
        }
        context.log.info(
            "\(task.name): \(ids.count) training cases, \(task.info.modalities.joined(separator: " + ")), "
                + "classes \(task.info.labels.joined(separator: ", "))")
        if steps.crop {
            let survey = try OrientationSurvey(task, threads: threads)
            if !referenceBehaviour, let notice = survey.notice { context.log.warning(notice) }
            let cropper = Cropper(task: task, orientation: referenceBehaviour ? nil : survey.majority, threads: threads)
            let summary = try cropper.run(overwrite: steps.overwrite, progress: context.progress("crop", ids.count))
            context.log.info("cropped: \(summary.text)")
        }
        if steps.analyze {
            let summary = try Fingerprinting(task: task, threads: threads).run(overwrite: steps.overwrite, context)
            context.log.info("measured: \(summary.text)")
        }
        guard steps.plan || steps.process else { return }
        let plans = try PlanMaking(task: task, seed: configuration.seed, referenceBehaviour: referenceBehaviour)
            .run(overwrite: steps.overwrite, context)
        guard steps.process else { return }
        for plan in plans { try preprocess(task, plan, cases: ids.count, overwrite: steps.overwrite, context) }
        try makeEvaluationLabels(task, overwrite: steps.overwrite, context)
    }

    private func preprocess(_ task: TaskFolder, _ plan: Plan, cases: Int, overwrite: Bool, _ context: CommandContext) throws {
        let progress = context.progress("preprocess \(plan.dataIdentifier)", cases)
        let summary = try Preprocessor(plan: plan).run(task, threads: preprocessingThreads, overwrite: overwrite, progress: progress)
        context.log.info("preprocessed for \(plan.dataIdentifier): \(summary.text)")
    }

    private func makeEvaluationLabels(_ task: TaskFolder, overwrite: Bool, _ context: CommandContext) throws {
        for split in labelledSplits(task) {
            let progress = context.progress("labels\(split.rawValue)", try task.caseIDs(split).count)
            let summary = try EvaluationLabels.run(task, split, threads: preprocessingThreads, overwrite: overwrite, progress: progress)
            context.log.info("evaluation labels\(split.rawValue): \(summary.text)")
        }
    }
}

extension StageSummary {
    /// For people: `3 cases, 17 unchanged`.
    var text: String {
        let cases = "\(done) \(done == 1 ? "case" : "cases")"
        return unchanged == 0 ? cases : "\(cases), \(unchanged) unchanged"
    }
}
