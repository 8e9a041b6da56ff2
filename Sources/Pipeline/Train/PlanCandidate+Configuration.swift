import Core
import Planning

extension PlanCandidate {
    /// What a configuration trains of a plan, its overwrites being in the plan already.
    init(_ plan: Plan, _ configuration: Configuration) {
        self.init(
            patchSize: configuration.augmentCfg.patchSize ?? plan.patchSize,
            batchSize: configuration.augmentCfg.batchSize ?? plan.batchSize,
            architecture: plan.architecture, objectsPerPatch: 8)
    }
}

extension Compute {
    /// How training here uses memory.
    var memoryModel: MemoryModel {
        MemoryModel(precision: autocast == nil ? .full : .mixed, processor: device.type == .cpu ? .cpu : .gpu)
    }
}
