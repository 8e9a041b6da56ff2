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
    ///   - context: environment and log; the lines go to `logging.log` of each task too.
    /// - Throws: `Problem` naming what is wrong; what was done until then stays and is not done again.
    public func run(_ tasks: [String], overrides: [String] = [], _ context: CommandContext) throws {
        let folders = try tasks.map { try TaskSelection.task($0, overrides: overrides, context) }
        // Planning alone goes without the images, which may lie elsewhere.
        try runChecks(
            folders.filter { check == .full || $0.1.prep.readsImages || !$0.0.imageListing(.train).ids.isEmpty }.map(\.0), context)
        for (folder, configuration) in folders { try run(folder, configuration, logging(folder, context)) }
    }

    private func logging(_ task: TaskFolder, _ context: CommandContext) throws -> CommandContext {
        try context.logging(to: task.url.appendingPathComponent("logging.log"))
    }

    /// Checks all tasks and tells everything that is wrong with any of them.
    private func runChecks(_ tasks: [TaskFolder], _ context: CommandContext) throws {
        guard check != .none else { return }
        let problems = try tasks.flatMap { try runCheck($0, logging($0, context)).map(\.problem) }
        try DataCheck.throwFirst(of: problems)
    }

    private func runCheck(_ task: TaskFolder, _ context: CommandContext) throws -> [Finding] {
        let isFull = check == .full
        for notice in try DatasetInfo.notices(in: task.url) { context.log.warning(notice) }
        let data = DataCheck(task: task, depth: isFull ? .full : .basic, threads: threads)
        let labelled = labelledSplits(task)
        var findings: [Finding] = []
        var count = 0
        for split in TaskFolder.Split.allCases {
            let cases = task.imageListing(split).ids.count
            // Test images without labels are the business of the full check only.
            guard labelled.contains(split) || (isFull && cases > 0) else { continue }
            count += cases
            let progress = context.progress("check images\(split.rawValue)", cases)
            findings += data.findings(split, labels: labelled.contains(split), progress: progress)
        }
        let table = FindingTable(findings, of: task)
        if isFull { try JSONFile.write(table, to: task.url.appendingPathComponent("full_check.json")) }
        if isFull, findings.isEmpty { context.log.info("\(task.name): \(count) cases checked, nothing is wrong") }
        if findings.count > 1 || (isFull && !findings.isEmpty) {
            context.log.info("\(task.name): \(findings.count) \(findings.count == 1 ? "problem" : "problems")\n\n\(table.text)\n")
        }
        return findings
    }

    /// Training cases, and test cases where the data set has labels for them and there are any.
    private func labelledSplits(_ task: TaskFolder) -> [TaskFolder.Split] {
        let listing = task.imageListing(.test)
        return task.info.testLabels && !(listing.ids.isEmpty && listing.problems.isEmpty) ? [.train, .test] : [.train]
    }

    private func run(_ task: TaskFolder, _ configuration: Configuration, _ context: CommandContext) throws {
        let mark = try Activity.preparing.begin(in: task.url)
        defer { withExtendedLifetime(mark) {} }
        let steps = configuration.prep
        let planning = PlanMaking(task: task, configuration: configuration, referenceBehaviour: referenceBehaviour)
        if steps.plan { try planning.check() }
        let ids = steps.readsImages ? try task.caseIDs(.train) : []
        guard !steps.readsImages || !ids.isEmpty else {
            throw Problem(task.images(.train), "holds no images", remedy: "put the images there as <case>_0000.nii.gz, …")
        }
        if steps.readsImages { describe(task, ids, context) }
        if steps.crop {
            let survey = try OrientationSurvey(task, threads: threads)
            if !referenceBehaviour, let notice = survey.notice { context.log.warning(notice) }
            let cropper = Cropper(task: task, orientation: referenceBehaviour ? nil : survey.majority, threads: threads)
            let summary = try cropper.run(overwrite: steps.overwrite, progress: context.progress("crop", ids.count))
            context.log.info("cropped: \(summary.text)")
            context.log.detail("cropped up to \(cropper.threads) cases at a time")
        }
        if steps.analyze {
            let summary = try Fingerprinting(task: task, threads: threads).run(overwrite: steps.overwrite, context)
            context.log.info("measured: \(summary.text)")
        }
        guard steps.plan || steps.process else { return try reportQuality(task, steps.analyze, context) }
        let plans = try steps.plan ? planning.run(overwrite: steps.overwrite, context) : planning.present(context)
        if steps.plan { try draw(task, plans, overwrite: steps.overwrite, context) }
        guard steps.process else { return try reportQuality(task, steps.analyze, context) }
        for plan in plans { try preprocess(task, plan, cases: ids.count, overwrite: steps.overwrite, context) }
        try makeEvaluationLabels(task, overwrite: steps.overwrite, context)
        try reportQuality(task, true, context)
    }

    private func describe(_ task: TaskFolder, _ ids: [String], _ context: CommandContext) {
        for split in TaskFolder.Split.allCases {
            let ignored = task.imageListing(split).ignored
            if !ignored.isEmpty { context.log.ignored(task.images(split), ignored) }
        }
        context.log.info(
            "\(task.name): \(ids.count) training cases, \(task.info.modalities.joined(separator: " + ")), "
                + "classes \(task.info.labels.joined(separator: ", "))")
    }

    private func reportQuality(_ task: TaskFolder, _ isNew: Bool, _ context: CommandContext) throws {
        if isNew { try QualityReporting(task: task, threads: threads).run(context) }
    }

    private func draw(_ task: TaskFolder, _ plans: [Plan], overwrite: Bool, _ context: CommandContext) throws {
        let fingerprint: Fingerprint = try JSONFile.read(from: task.fingerprintFile)
        for plan in plans where try Analysis(task: task, plan: plan).run(fingerprint, overwrite: overwrite) {
            context.log.info("drawn: preprocessed/analysis/\(plan.dataIdentifier)/")
        }
    }

    private func preprocess(_ task: TaskFolder, _ plan: Plan, cases: Int, overwrite: Bool, _ context: CommandContext) throws {
        let progress = context.progress("preprocess \(plan.dataIdentifier)", cases)
        let summary = try Preprocessor(plan: plan).run(task, threads: preprocessingThreads, overwrite: overwrite, progress: progress)
        context.log.info("preprocessed for \(plan.dataIdentifier): \(summary.text)")
        context.log.detail("preprocessed up to \(preprocessingThreads) cases at a time")
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

extension Configuration.Prep {
    /// Whether any step needs the images; planning does with what was measured.
    fileprivate var readsImages: Bool { crop || analyze || process }
}
