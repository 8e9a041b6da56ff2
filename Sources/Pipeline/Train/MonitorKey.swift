import Boxes
import Core
import Support

/// The score that decides which epoch was the best, `trainer_cfg.monitor_key`.
struct MonitorKey {
    private let key: String
    private let scores: [String]

    /// - Parameter classes: number of classes, each of which has scores of its own.
    init(_ configuration: Configuration, classes: Int) {
        key = configuration.trainerCfg.monitorKey
        scores = FastScoring.keys(classes: classes) + ["seg_dice"]
    }

    private static let lossPrefixes = ["train_", "val_"]

    /// Whether an epoch can have such a score; the names of losses are known only with the first step (`check(losses:)`).
    ///
    /// - Throws: `Problem` naming the nearest score.
    func check() throws {
        guard !Self.lossPrefixes.contains(where: key.hasPrefix), !scores.contains(key) else { return }
        throw unknown(among: scores)
    }

    /// The same, once the `losses` of a step are known.
    func check(losses: [String]) throws {
        let all = scores + Self.lossPrefixes.flatMap { prefix in losses.map { prefix + $0 } }
        guard all.contains(key) else { throw unknown(among: all) }
    }

    private func unknown(among keys: [String]) -> Problem {
        let nearest = keys.min { EditDistance.between($0, key) < EditDistance.between($1, key) } ?? ""
        return Problem("trainer_cfg.monitor_key", "is '\(key)', which no epoch measures", remedy: "did you mean \(nearest)?")
    }
}
