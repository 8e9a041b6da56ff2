import Core
import Foundation
import Planning
import Support

/// Plans a task from its fingerprint: `preprocessed/<plan>.json`, one or two of them.
struct PlanMaking {
    let task: TaskFolder
    let configuration: Configuration
    let referenceBehaviour: Bool

    /// The plans; made where the fingerprint or an option has changed since, else those that are there, also where edited by hand.
    func run(overwrite: Bool, _ context: CommandContext) throws -> [Plan] {
        guard FileManager.default.fileExists(atPath: task.fingerprintFile.path) else {
            throw Problem(task.fingerprintFile, "the task has not been measured", remedy: "run 'nndet prep' with prep.analyze=true")
        }
        let target = try TrainingTarget(configuration.plannerCfg, trainer: configuration.trainerCfg)
        let key = try key(target)
        var state = try PrepState.read(task)
        if !overwrite, state.planKey == key, !state.plans.isEmpty,
            state.plans.allSatisfy({ FileManager.default.fileExists(atPath: task.planFile($0).path) })
        {
            let plans = try state.plans.map { try Plan.read(from: task.planFile($0)) }
            context.log.info("planned: \(state.plans.joined(separator: ", ")), unchanged")
            return plans
        }
        let plans = try make(target, context)
        let names = plans.map(\.dataIdentifier)
        for plan in plans {
            let file = task.planFile(plan.dataIdentifier)
            let text = try JSONFile.encode(plan)
            if (try? Data.file(file)) != text { try keepEdited(plan.dataIdentifier, state, context) }
            try AtomicFile.write(text, to: file)
            context.log.info("\n\(Planner.describe(plan))\n")
        }
        for old in state.plans where !names.contains(old) {
            try keepEdited(old, state, context)
            unlink(task.planFile(old).path)
        }
        state.planKey = key
        state.plans = names
        state.planFiles = try Dictionary(uniqueKeysWithValues: names.map { ($0, try FileSeal(task.planFile($0))) })
        try state.write(task)
        return plans
    }

    /// Moves a plan that is not as it was written to `<plan>.edited.json`: it is somebody's work.
    private func keepEdited(_ name: String, _ state: PrepState, _ context: CommandContext) throws {
        let file = task.planFile(name)
        // Of plans that an older version made, nothing is known.
        let isEdited = state.planFiles?[name].map { !$0.matches(file) } ?? !state.plans.contains(name)
        guard isEdited, FileManager.default.fileExists(atPath: file.path) else { return }
        func place(_ number: Int) -> URL { task.planFile("\(name).edited" + (number == 1 ? "" : "-\(number)")) }
        var number = 1
        while FileManager.default.fileExists(atPath: place(number).path) { number += 1 }
        let kept = place(number)
        try FileManager.default.moveItem(at: file, to: kept)
        context.log.warning("\(file.lastPathComponent) was not as planning had written it; it is kept as \(kept.lastPathComponent)")
    }

    /// The plans that are there, as they are.
    ///
    /// - Throws: `Problem` where there is none.
    func present(_ context: CommandContext) throws -> [Plan] {
        let names = try PrepState.read(task).plans
        guard !names.isEmpty, names.allSatisfy({ FileManager.default.fileExists(atPath: task.planFile($0).path) }) else {
            throw Problem(task.preprocessed, "holds no plan", remedy: "run 'nndet prep' with prep.plan=true")
        }
        context.log.info("planned: \(names.joined(separator: ", ")), taken as they are")
        return try names.map { try Plan.read(from: task.planFile($0)) }
    }

    /// Refuses what planning would refuse, before the work that comes first.
    func check() throws {
        _ = try planner()
        _ = try TrainingTarget(configuration.plannerCfg, trainer: configuration.trainerCfg)
    }

    private func planner() throws -> PlannerConfiguration {
        try PlannerChoice.all.named(configuration.planner, key: "planner").configuration(task.info.dim)
    }

    private func make(_ target: TrainingTarget, _ context: CommandContext) throws -> [Plan] {
        var settings = target.applied(to: try planner())
        settings.referenceBehaviour = referenceBehaviour
        let fingerprint: Fingerprint = try JSONFile.read(from: task.fingerprintFile)
        if context.environment.verbose { context.log.info("planning for \(target.name): patch size, network and anchors …") }
        var timer: Planner.StepTimer?
        if target.maxStepSeconds != nil {
            timer = { candidate in
                let seconds = try StepTiming.seconds(candidate, autocast: target.precision == .full ? nil : .bfloat16)
                context.log.detail(
                    "timed: patch \(candidate.patchSize) with \(candidate.architecture.startChannels) channels: \(seconds) s per step")
                return seconds
            }
        }
        let planner = Planner(configuration: settings, timer: timer)
        return try planner.plan(fingerprint: fingerprint, info: task.info, seed: configuration.seed) { event in
            switch event {
            case .tried(let candidate, let fits):
                context.log.detail(
                    "patch \(candidate.patchSize), batch \(candidate.batchSize), \(candidate.architecture.startChannels) channels: "
                        + (fits ? "fits" : "does not fit"))
            case .anchors(_, let score): context.log.detail("anchors: mean best IoU \(score)")
            }
        }
    }

    /// Of everything that the plans depend on but the speed of the machine, which is never the same twice.
    private func key(_ target: TrainingTarget) throws -> String {
        var key = ContentKey()
        key.add("plan 2 \(configuration.planner) \(configuration.seed) \(referenceBehaviour) \(target)")
        try Data.file(task.fingerprintFile).withUnsafeBytes { key.add($0) }
        return key.text
    }
}
