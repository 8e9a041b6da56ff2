import Core
import Detector

/// Builds networks by the name that `module` gives.
enum NetworkBuilder {
    /// The untrained network of a plan.
    ///
    /// - Throws: `Problem` where there is no detector of that name, or plan and configuration do not go together.
    static func network(_ plan: Plan, _ configuration: Configuration) throws -> any DetectionNetwork {
        try DetectorModule.all.named(configuration.module, key: "module").network(plan, configuration.modelCfg)
    }
}
