import Augmentation
import Detector
import Planning
import Support

/// What the configuration can choose by name, table by table.
public enum Choices: String, CaseIterable, Sendable {
    case modules, planners, augmentations, loaders

    /// Names and what they are, in the order of the table.
    public var entries: [(name: String, summary: String)] {
        switch self {
        case .modules: entries(DetectorModule.all)
        case .planners: entries(PlannerChoice.all)
        case .augmentations: entries(AugmentationSet.all)
        case .loaders: entries(SamplingStrategy.all)
        }
    }

    /// The key that takes one of the names.
    public var key: String {
        switch self {
        case .modules: "module"
        case .planners: "planner"
        case .augmentations: "augmentation.transforms"
        case .loaders: "augment_cfg.dataloader"
        }
    }

    private func entries(_ table: [some NamedChoice]) -> [(name: String, summary: String)] { table.map { ($0.name, $0.summary) } }
}
