import Core
import Foundation
import Planning
import Support

/// Plans a task from its fingerprint: `preprocessed/<plan>.json`, one or two of them.
struct PlanMaking {
    let task: TaskFolder
    let seed: UInt64
    let referenceBehaviour: Bool

    /// The plans; made where the fingerprint or an option has changed since, else those that are there, also where edited by hand.
    func run(overwrite: Bool, _ context: CommandContext) throws -> [Plan] {
        guard FileManager.default.fileExists(atPath: task.fingerprintFile.path) else {
            throw Problem(task.fingerprintFile, "the task has not been measured", remedy: "run 'nndet prep' with prep.analyze=true")
        }
        let key = try key()
        var state = PrepState.read(task)
        if !overwrite, state.planKey == key, !state.plans.isEmpty,
            state.plans.allSatisfy({ FileManager.default.fileExists(atPath: task.planFile($0).path) })
        {
            let plans: [Plan] = try state.plans.map { try JSONFile.read(from: task.planFile($0)) }
            context.log.info("planned: \(state.plans.joined(separator: ", ")), unchanged")
            return plans
        }
        let plans = try make(context)
        for plan in plans {
            try JSONFile.write(plan, to: task.planFile(plan.dataIdentifier))
            context.log.info("\n\(Planner.describe(plan))\n")
        }
        let names = plans.map(\.dataIdentifier)
        for old in state.plans where !names.contains(old) { unlink(task.planFile(old).path) }
        state.planKey = key
        state.plans = names
        try state.write(task)
        return plans
    }

    private func make(_ context: CommandContext) throws -> [Plan] {
        var configuration = PlannerConfiguration(dim: task.info.dim)
        configuration.referenceBehaviour = referenceBehaviour
        let fingerprint: Fingerprint = try JSONFile.read(from: task.fingerprintFile)
        if context.environment.verbose { context.log.info("planning: patch size, network and anchors …") }
        return try Planner(configuration: configuration).plan(fingerprint: fingerprint, info: task.info, seed: seed) { event in
            switch event {
            case .tried(let candidate, let fits):
                context.log.detail("patch \(candidate.patchSize): \(fits ? "fits" : "does not fit") the memory")
            case .anchors(_, let score): context.log.detail("anchors: mean best IoU \(score)")
            }
        }
    }

    private func key() throws -> String {
        var key = ContentKey()
        key.add("plan 1 \(seed) \(referenceBehaviour)")
        try Data.file(task.fingerprintFile).withUnsafeBytes { key.add($0) }
        return key.text
    }
}
