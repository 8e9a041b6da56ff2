import Core
import Foundation
import Preprocessing
import Support

/// Writes what is noticeable about the data of a task: `preprocessed/analysis/quality.json` and `quality.md`.
struct QualityReporting {
    let task: TaskFolder
    let threads: Int

    /// Gathers the report from the files of the other steps; the only images that are read are test images that have changed.
    func run(_ context: CommandContext) throws {
        let fingerprint: Fingerprint = try JSONFile.read(from: task.fingerprintFile)
        let count = task.imageListing(.test).ids.count
        let test = try TestImages.survey(
            task, orientation: fingerprint.orientation, threads: threads, progress: context.progress("compare test images", count))
        let plans = QualitySurvey.finishedPlans(try PrepState.read(task).plans, task, cases: fingerprint.caseIDs)
        // Where there is no split yet, training will make the default one.
        let splits = try JSONFile.readIfPresent(Splits.self, from: task.splitsFile()) ?? (try? Splits.kFold(fingerprint.caseIDs))
        let report = try QualitySurvey(task: task, plans: plans, splits: splits).report(fingerprint, test: test.images)
        let folder = task.preprocessed.appendingPathComponent("analysis", isDirectory: true)
        let text = folder.appendingPathComponent("quality.md")
        // Unchanged files stay: their times tell when something changed.
        if (try? JSONFile.read(QualityReport.self, from: folder.appendingPathComponent("quality.json"))) != report
            || (try? Data.file(text)) != Data(report.markdown.utf8)
        {
            try JSONFile.write(report, to: folder.appendingPathComponent("quality.json"))
            try AtomicFile.write(Data(report.markdown.utf8), to: text)
        }
        let lines = report.notices.map { "\n  \($0)" }.joined()
        context.log.info("quality: \(lines.isEmpty ? "nothing is noticeable" : "see preprocessed/analysis/quality.md\(lines)")")
    }
}
