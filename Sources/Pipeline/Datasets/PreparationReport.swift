import Core
import Datasets
import Foundation
import Support

/// What became of a case.
struct CaseOutcome: Sendable {
    enum State: Sendable {
        case converted(PreparedCase)
        case unchanged(PreparedCase)
        case failed(Problem)
    }

    let id: String
    let state: State

    /// What is kept of it, nil where it could not be converted.
    var record: PreparedCase? {
        switch state {
        case .converted(let record), .unchanged(let record): record
        case .failed: nil
        }
    }
}

/// `prepare.json`: what was found in a raw folder, and what was made of it.
struct PreparationReport: Codable, Sendable {
    struct Case: Codable, Sendable {
        let split: String
        /// Objects per class.
        let objects: [Int: Int]
        let notes: [String]
    }

    var formatVersion = 1
    let dataset: String
    let converted: Int
    let unchanged: Int
    let cases: [String: Case]
    let skipped: [SkippedCase]
    /// Cases that could not be converted.
    let failed: [SkippedCase]
    let notes: [String]
    /// The folds that were written.
    let splits: Splits?

    enum CodingKeys: String, CodingKey {
        case dataset, converted, unchanged, cases, skipped, failed, notes, splits
        case formatVersion = "format_version"
    }

    init(_ card: DatasetCard, _ survey: DatasetSurvey, _ outcomes: [CaseOutcome], splits: Splits?) {
        dataset = card.name
        var (converted, unchanged, failed) = (0, 0, [SkippedCase]())
        for outcome in outcomes {
            switch outcome.state {
            case .converted: converted += 1
            case .unchanged: unchanged += 1
            case .failed(let problem): failed.append(SkippedCase(id: outcome.id, reason: "\(problem)"))
            }
        }
        (self.converted, self.unchanged, self.failed) = (converted, unchanged, failed)
        cases = Dictionary(
            uniqueKeysWithValues: outcomes.compactMap { outcome in
                outcome.record.map { (outcome.id, Case(split: $0.split, objects: $0.objects, notes: $0.notes)) }
            })
        skipped = survey.skipped
        notes = survey.notes
        self.splits = splits
    }

    static func file(_ task: TaskFolder) -> URL { task.url.appendingPathComponent("prepare.json") }

    func write(to task: TaskFolder) throws { try JSONFile.write(self, to: Self.file(task)) }

    /// For people: counts, and what is notable of single cases.
    func text(_ labels: [String]) -> String {
        let test = cases.values.count { $0.split == TaskFolder.Split.test.rawValue }
        var lines = ["converted: \(counted(converted, "case")), \(unchanged) unchanged\(failed.isEmpty ? "" : ", \(failed.count) failed")"]
        lines.append("training: \(counted(cases.count - test, "case")), test: \(counted(test, "case"))")
        let objects = labels.indices.map { label in
            "\(cases.values.reduce(0) { $0 + ($1.objects[label] ?? 0) }) \(labels[label])"
        }
        let empty = cases.values.count { $0.objects.isEmpty }
        lines.append("objects: \(objects.joined(separator: ", "))\(empty > 0 ? "; \(counted(empty, "case")) without any" : "")")
        let shown = 20
        let remarks = cases.sorted { $0.key < $1.key }.flatMap { id, item in item.notes.map { "  \(id): \($0)" } }
        lines += remarks.prefix(shown)
        if remarks.count > shown { lines.append("  \(remarks.count - shown) more notes in prepare.json") }
        return lines.joined(separator: "\n")
    }

    /// - Throws: the first problem of a case that could not be converted, with the number of the others, which are told.
    func throwFailures(_ log: CommandLog) throws {
        guard let first = failed.first else { return }
        for item in failed.dropFirst() { log.info("  failed: \(item.id): \(item.reason)") }
        throw Problem(
            "\(failed.count) of \(failed.count + cases.count) cases could not be converted", "\(first.id): \(first.reason)",
            remedy: "mend or remove them and run the command again; the others are ready")
    }
}
