import Core
import Foundation
import Support
import Training

/// What makes a run that lies in the folder another one than is asked for.
struct RunDifference {
    private let setup: FoldSetup

    init(_ setup: FoldSetup) { self.setup = setup }

    /// Keys of the configuration, of the plan and of the split that differ, with the old and the new value; empty where the files of the run do not
    /// tell.
    var lines: [String] { Array((configuration + plan + split).prefix(8)) }

    private var configuration: [String] {
        guard let old = try? Document.read(setup.run.resolvedConfig) else { return [] }
        let new = setup.configuration.resolved
        let parts = ["seed", "module", "plan", "augmentation", "augment_cfg", "trainer_cfg", "model_cfg"]
        // These decide how fast, not what is trained.
        let free = [
            "augment_cfg.num_threads", "augment_cfg.num_cached_per_thread", "augment_cfg.multiprocessing", "trainer_cfg.gpus",
            "trainer_cfg.benchmark",
        ]
        return Self.differences(old, new).filter { difference in
            parts.contains { difference.path == $0 || difference.path.hasPrefix($0 + ".") } && !free.contains(difference.path)
                && !difference.path.hasPrefix("augment_cfg.augmentation")
        }.map(\.text)
    }

    private var plan: [String] {
        func document(_ plan: Plan) -> Document? {
            var plan = plan
            plan.expectation = nil
            return try? JSONDecoder().decode(Document.self, from: JSONFile.encode(plan))
        }
        guard let stored = try? Plan.read(from: setup.run.planDebug), let old = document(stored), let new = document(setup.plan) else {
            return []
        }
        return Self.differences(old, new).map { "plan: \($0.text)" }
    }

    private var split: [String] {
        guard let old = try? JSONFile.read(Splits.self, from: setup.run.splits).fold(setup.configuration.exp.fold) else { return [] }
        return [("training", old.train, setup.fold.train), ("validation", old.val, setup.fold.val)].compactMap { name, old, new in
            guard old != new else { return nil }
            let (gone, added) = (Set(old).subtracting(new).sorted(), Set(new).subtracting(old).sorted())
            let parts = [
                added.isEmpty ? nil : "with \(added.prefix(3).joined(separator: ", "))\(added.count > 3 ? ", …" : "")",
                gone.isEmpty ? nil : "without \(gone.prefix(3).joined(separator: ", "))\(gone.count > 3 ? ", …" : "")",
            ].compactMap { $0 }
            return "split: other \(name) cases, \(parts.isEmpty ? "in another order" : parts.joined(separator: " and "))"
        }
    }

    private static func differences(_ old: Document, _ new: Document) -> [(path: String, text: String)] {
        let paths = Set(old.leaves()).union(new.leaves())
        return paths.sorted { $0.joined(separator: ".") < $1.joined(separator: ".") }.compactMap { path in
            let (before, after) = (old.value(at: path), new.value(at: path))
            guard before != after else { return nil }
            let name = path.joined(separator: ".")
            func text(_ value: Document?) -> String { value.map { String($0.flow.prefix(60)) } ?? "not set" }
            return (name, "\(name) \(text(before)) → \(text(after))")
        }
    }

    /// The cases whose content is another one than the run was trained on; nil where it does not tell.
    static func changedCases(_ setup: FoldSetup) throws -> [String]? {
        guard FileManager.default.fileExists(atPath: setup.run.meta.path) else { return nil }
        let meta: RunMeta = try JSONFile.read(from: setup.run.meta)
        let now = try setup.dataKeys()
        if let old = meta.trainingCases { return now.keys.filter { old[$0] != now[$0] }.sorted() }
        guard let old = meta.trainingData else { return nil }
        return old == FoldSetup.dataKey(now) ? [] : ["which ones it does not tell"]
    }
}
