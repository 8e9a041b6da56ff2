import Core
import Foundation
import Support

/// `nndet cv-split`: divides the training cases of a task into the folds of the cross-validation.
public struct SplitCases: Sendable {
    /// Number of folds.
    public var folds: Int
    public var seed: UInt32
    /// Which cases belong together.
    public var grouping: CaseGrouping
    /// Whether every fold gets the same share of each class.
    public var stratified: Bool
    /// Name of the file in `preprocessed/`.
    public var name: String
    /// Replaces a split that is there.
    public var overwrite: Bool

    public init(
        folds: Int = 5, seed: UInt32 = 12345, grouping: CaseGrouping = .none, stratified: Bool = false, name: String = "splits_final",
        overwrite: Bool = false
    ) {
        self.folds = folds
        self.seed = seed
        self.grouping = grouping
        self.stratified = stratified
        self.name = name
        self.overwrite = overwrite
    }

    /// Writes `preprocessed/<name>.json` and tells what lies in each fold.
    ///
    /// - Throws: `Problem` where another split is there, the groups cannot be found, or there are too few of them.
    public func run(_ id: String, overrides: [String] = [], _ context: CommandContext) throws {
        let (task, _) = try TaskSelection.task(id, overrides: overrides, context)
        let ids = try task.caseIDs(.train)
        guard !ids.isEmpty else {
            throw Problem(task.images(.train), "holds no images", remedy: "put the images there as <case>_0000.nii.gz, …")
        }
        let objects = try objects(of: ids, task, required: stratified)
        let groups = try grouping.groups(of: ids)
        let splits = try Splits.balanced(ids, folds: folds, seed: seed, groups: groups, objects: stratified ? objects : nil)
        let file = task.splitsFile(name)
        if FileManager.default.fileExists(atPath: file.path), !overwrite {
            guard (try? JSONFile.read(Splits.self, from: file)) == splits else {
                throw Problem(
                    file, "holds another split", remedy: "give --overwrite to replace it; folds trained on it must then be trained anew")
            }
        } else {
            try JSONFile.write(splits, to: file)
        }
        context.log.info("\(task.name): \(Self.table(splits, task, objects, groups))\n\(file.path)")
    }

    /// Objects per class of each case; nil where a label file cannot be read and they are not `required`.
    private func objects(of ids: [String], _ task: TaskFolder, required: Bool) throws -> [String: [Int: Int]]? {
        do {
            return try ids.reduce(into: [:]) { counts, id in
                let instances = try CaseLabels.read(task.labelJSON(of: id, .train)).instances
                counts[id] = Dictionary(instances.values.map { ($0, 1) }, uniquingKeysWith: +)
            }
        } catch {
            if required { throw error }
            return nil
        }
    }

    private static func table(_ splits: Splits, _ task: TaskFolder, _ objects: [String: [Int: Int]]?, _ groups: [String: String]) -> String
    {
        let ids = splits.folds.flatMap(\.val)
        var text = "\(ids.count) cases"
        if !groups.isEmpty { text += " in \(Set(ids.map { groups[$0].map { "group \($0)" } ?? "case \($0)" }).count) groups" }
        text += ", \(splits.folds.count) folds"
        for (index, fold) in splits.folds.enumerated() {
            text += "\n  fold \(index): \(fold.train.count) train, \(fold.val.count) validation"
            guard let objects else { continue }
            let empty = fold.val.count { objects[$0]?.isEmpty ?? true }
            let classes = task.info.labels.enumerated().map { label, name in
                "\(fold.val.reduce(0) { $0 + (objects[$1]?[label] ?? 0) }) \(name)"
            }
            text += " (\(classes.joined(separator: ", "))\(empty > 0 ? "; \(empty) without objects" : ""))"
        }
        return text
    }
}
