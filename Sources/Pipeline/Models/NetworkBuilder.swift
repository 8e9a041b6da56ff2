import Core
import Detector
import Support

/// Builds networks by the name that `module` gives; the one place to add another.
enum NetworkBuilder {
    static let modules = ["RetinaUNetV001"]

    /// The untrained network of a plan.
    static func network(_ plan: Plan, _ configuration: Configuration) throws -> any DetectionNetwork {
        guard modules.contains(configuration.module) else {
            throw Problem("module", "'\(configuration.module)' is unknown", remedy: "use \(modules.joined(separator: " or "))")
        }
        return try RetinaUNet(architecture: plan.architecture, anchors: plan.anchors, configuration: configuration.modelCfg)
    }
}
