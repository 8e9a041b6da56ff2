import Core
import Datasets
import Foundation
import Imaging
import Support

/// `nndet dataset prepare`: makes the task of a public data set from the files that its owner distributes.
public struct PrepareDataset: Sendable {
    public let name: String
    /// The data set as it was downloaded.
    public let raw: URL
    /// Root of the task folders; nil: that of the environment.
    public var data: URL?
    /// Corrected labels.
    public var labels: URL?
    /// Cases at a time.
    public var threads = processorCount
    /// The data sets that `name` is looked for in.
    public var sets = DatasetCatalogue.all

    public init(name: String, raw: URL) {
        self.name = name
        self.raw = raw
    }

    /// Looks whether the raw folder is complete; writes nothing.
    ///
    /// - Throws: `Problem`, the first of those found, after all have been printed.
    public func check(_ context: CommandContext) throws {
        let converter = try DatasetCatalogue.find(name, in: sets)
        let card = converter.card
        let folder = try RawFolder(raw, of: card, labels: labels)
        try throwAll(folder.missing(), card, context)
        let survey = try converter.survey(folder)
        try survey.checkIDs(raw)
        context.log.info(survey.text(card))
        guard !survey.cases.isEmpty else { throw empty(card) }
        let progress = context.progress("check", survey.cases.count)
        let reader = context.reader()
        let problems = try parallelMap(survey.cases.count, threads: threads) { index in
            defer { progress.advance(note: survey.cases[index].id) }
            return CaseConversion.problems(of: survey.cases[index], reader)
        }
        try throwAll(problems.flatMap { $0 }, card, context)
        context.log.info("\(card.name): all files of \(counted(survey.cases.count, "case")) are there, their headers fit")
    }

    /// Converts what is missing or has changed.
    ///
    /// - Throws: `Problem` where the raw folder lacks a part or one of its tables cannot be understood; and, after everything else is done,
    ///   where a case could not be converted.
    public func run(_ context: CommandContext) throws {
        let converter = try DatasetCatalogue.find(name, in: sets)
        let card = converter.card
        let folder = try RawFolder(raw, of: card, labels: labels)
        try throwAll(folder.missing(), card, context)
        let survey = try converter.survey(folder)
        guard !survey.cases.isEmpty else { throw empty(card) }
        try survey.checkIDs(raw)
        let root = data ?? context.environment.dataFolder
        let task = TaskFolder(url: root.appendingPathComponent(card.task, isDirectory: true), info: survey.info).reading(context)
        let context = try context.logging(to: task.url.appendingPathComponent("prepare.log"))
        context.log.info(survey.text(card))
        for split in TaskFolder.Split.allCases {
            for folder in [task.images(split), task.labels(split)] { AtomicFile.removeLeftovers(in: folder) }
        }
        let test = survey.division.test(survey.drawn ?? survey.cases.map(\.id))
        let outcomes = try convert(survey.cases, test: test, CaseConversion(task: task), context)
        try writeDescription(survey, task)
        tellStrangers(survey, task, context)
        let splits = try folds(survey, outcomes)
        let folds = try write(splits, task, context)
        let report = PreparationReport(card, survey, outcomes, splits: splits)
        try report.write(to: task)
        context.log.info(report.text(survey.info.labels) + "\n" + folds + "\n" + task.url.path)
        try report.throwFailures(context.log)
    }

    private func convert(
        _ cases: [DatasetCase], test: Set<String>, _ conversion: CaseConversion, _ context: CommandContext
    ) throws -> [CaseOutcome] {
        let progress = context.progress("convert", cases.count)
        let gate = MemoryGate()
        return try parallelMap(cases.count, threads: threads) { index in
            let item = cases[index]
            defer { progress.advance(note: item.id) }
            let split: TaskFolder.Split = test.contains(item.id) ? .test : .train
            do {
                if let record = try conversion.current(item, split) { return CaseOutcome(id: item.id, state: .unchanged(record)) }
                return CaseOutcome(id: item.id, state: .converted(try conversion.convert(item, split, gate: gate)))
            } catch let problem as Problem {
                // A full disk or a folder that must not be written ends all cases, not this one.
                guard problem.isOfInput(below: [raw, labels].compactMap { $0 }) else { throw problem }
                return CaseOutcome(id: item.id, state: .failed(problem))
            }
        }
    }

    /// Tells of cases in the task folder that are not of this raw folder: they would be trained on.
    private func tellStrangers(_ survey: DatasetSurvey, _ task: TaskFolder, _ context: CommandContext) {
        let known = Set(survey.cases.map(\.id))
        let strangers = TaskFolder.Split.allCases.flatMap { task.imageListing($0).ids }.filter { !known.contains($0) }
        guard let first = strangers.first else { return }
        context.log.warning(
            "\(counted(strangers.count, "case")) of \(task.rawSplitted.path) \(strangers.count == 1 ? "is" : "are") not made of this raw folder, e.g. "
                + "\(first); remove what is not wanted")
    }

    private func writeDescription(_ survey: DatasetSurvey, _ task: TaskFolder) throws {
        guard case .map(var map) = survey.info.document else { return }
        if let remarks = survey.remarks { map["info"] = remarks }
        try JSONFile.write(Document.map(map), to: task.url.appendingPathComponent("dataset.json"))
    }

    /// The data set's own folds over the cases that were converted; nil where training makes them.
    private func folds(_ survey: DatasetSurvey, _ outcomes: [CaseOutcome]) throws -> Splits? {
        let done = Set(outcomes.filter { $0.record != nil }.map(\.id))
        var splits = try survey.division.splits(survey.cases.map(\.id))
        for index in splits?.folds.indices ?? 0..<0 {
            splits?.folds[index].train.removeAll { !done.contains($0) }
            splits?.folds[index].val.removeAll { !done.contains($0) }
            splits?.folds[index].test?.removeAll { !done.contains($0) }
        }
        return splits
    }

    /// Writes the folds and tells of them; a split that someone else has put there is kept.
    private func write(_ splits: Splits?, _ task: TaskFolder, _ context: CommandContext) throws -> String {
        guard let splits else { return "folds: those that training makes (scikit-learn's KFold of five, seed 12345)" }
        let file = task.splitsFile()
        if FileManager.default.fileExists(atPath: file.path) {
            let present = try? JSONFile.read(Splits.self, from: file)
            let earlier = try? JSONFile.read(PreparationReport.self, from: PreparationReport.file(task)).splits
            if present != splits, present == nil || present != earlier {
                context.log.warning("\(file.path) holds another split, which is kept (remove it to get that of the data set)")
                return "folds: as they were"
            }
        }
        try JSONFile.write(splits, to: file)
        let sizes = splits.folds.map { "\($0.val.count)" }.joined(separator: ", ")
        return "folds: \(splits.folds.count), with \(sizes) validation cases (\(file.lastPathComponent))"
    }

    private func empty(_ card: DatasetCard) -> Problem {
        Problem(raw, "holds no case of \(card.title)", remedy: "\(card.guide) says how the folders lie; get the data set from \(card.home)")
    }

    private func throwAll(_ problems: [Problem], _ card: DatasetCard, _ context: CommandContext) throws {
        guard problems.count > 1 else {
            if let problem = problems.first { throw problem }
            return
        }
        for problem in problems { context.log.info("  \(problem)") }
        throw Problem(raw, "\(problems.count) problems, listed above", remedy: "get what is missing from \(card.home)")
    }
}

/// "1 case", "3 cases".
func counted(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

extension Problem {
    /// Whether this is a problem of something that was read below `folders`.
    fileprivate func isOfInput(below folders: [URL]) -> Bool {
        folders.contains { subject.hasPrefix($0.standardizedFileURL.path) || subject.hasPrefix($0.path) }
    }
}

extension DatasetSurvey {
    /// What was found, for people.
    fileprivate func text(_ card: DatasetCard) -> String {
        let shown = 20
        var lines = ["\(card.task): \(counted(cases.count, "case")) found\(skipped.isEmpty ? "" : ", \(skipped.count) left out")"]
        lines += skipped.prefix(shown).map { "  left out: \($0.id) \($0.reason)" }
        if skipped.count > shown { lines.append("  left out: \(skipped.count - shown) more") }
        lines += notes.map { "  note: \($0)" }
        return lines.joined(separator: "\n")
    }
}
