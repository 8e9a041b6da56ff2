import Core
import Foundation
import Imaging
import Preprocessing
import Support

/// Predicts case after case: while the network looks at one, the next is prepared and the last is written.
struct PredictionQueue {
    /// A case that is to be predicted.
    struct Item: Sendable {
        let id: String
        /// Key of everything that its prediction is made of.
        let key: String
        let prepare: @Sendable () throws -> PreparedCase
        /// The image that pictures show.
        let image: @Sendable () throws -> Image<Float>
    }

    let predictor: CasePredictor
    let files: PredictionFiles
    /// Which detections are written.
    let score: ScoreFilter

    /// What the predictions of a folder were made of, `keys.jsonl`.
    static let keysName = "keys"

    /// - Returns: the cases that failed, with what was wrong.
    func run(_ items: [Item], to folder: URL, _ context: CommandContext) -> [CaseFailure] {
        let progress = context.progress("predict", items.count)
        // One case alone is told by its tiles.
        var tiles: ProgressReporter?
        let keys = KeyJournal(Self.keysName, in: folder)
        let failures = Failures()
        let (bundle, settings, files, score) = (predictor.bundle, predictor.settings, files, score)
        stagedLoop(
            items.count, prepare: { try items[$0].prepare() },
            work: { _, prepared in
                var told = 0
                return try predictor.look(at: prepared) { done, total in
                    guard items.count == 1 else { return }
                    if tiles == nil { tiles = context.progress("tiles", total) }
                    tiles?.advance(by: done - told)
                    told = done
                }
            },
            finish: { index, raw in
                let item = items[index]
                let findings = score.filter(try CasePredictor.findings(raw, bundle, settings))
                try files.write(findings, in: folder, image: item.image)
                try keys.note(item.id, item.key)
                progress.advance(note: "\(item.id): \(findings.detections.count) boxes")
            },
            ended: { index, error in
                guard let error else { return }
                failures.add(CaseFailure(id: items[index].id, error: error))
                progress.advance(note: "\(items[index].id): failed")
            })
        return failures.all
    }

    /// The cases that failed, told by several threads.
    private final class Failures: @unchecked Sendable {
        private let lock = NSLock()
        private var failures: [CaseFailure] = []

        var all: [CaseFailure] { lock.withLock { failures } }
        func add(_ failure: CaseFailure) { lock.withLock { failures.append(failure) } }
    }
}

/// Which detections are written.
public enum ScoreFilter: Sendable, Equatable {
    case all
    /// Those of at least this score.
    case atLeast(Float)
    /// Those at the operating point of their class; all of a class without one.
    case operatingPoint

    func filter(_ findings: CaseFindings) -> CaseFindings {
        switch self {
        case .all: findings
        case .atLeast(let least): findings.keeping { score, _ in score >= least }
        case .operatingPoint: findings.keeping { findings.legend.isAboveOperatingPoint(score: $0, label: $1) ?? true }
        }
    }
}

/// What goes wrong with single cases while others are predicted.
enum FailedCases {
    /// Tells every one, and throws one line for all.
    ///
    /// - Parameter folder: of the predictions; what an earlier run left there of a case that failed is pointed out.
    static func report(_ failures: [CaseFailure], of count: Int, in folder: URL, _ log: CommandLog) throws {
        guard let first = failures.first else { return }
        for failure in failures {
            log.warning("case \(failure.id): \(failure.error)")
            let old = CasePrediction.file(of: failure.id, in: folder)
            if FileManager.default.fileExists(atPath: old.path) {
                log.warning("\(old.path) is of an earlier run, made of other images or by another model")
            }
        }
        if count == 1 { throw first.error }
        let names = failures.map(\.id).sorted()
        let listed = names.prefix(10).joined(separator: ", ") + (names.count > 10 ? ", …" : "")
        throw Problem(
            "\(failures.count) of \(count) cases", "could not be predicted: \(listed); case \(first.id): \(first.error)",
            remedy: "the other cases succeeded; fix these and rerun")
    }
}
