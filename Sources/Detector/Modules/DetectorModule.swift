import Core
import Support

/// A detector that the key `module` can name.
public struct DetectorModule: NamedChoice {
    public let name: String
    public let summary: String
    /// The untrained network of a plan, overwrites applied.
    public let network: @Sendable (Plan, ModelConfiguration) throws -> any DetectionNetwork

    public init(
        name: String, summary: String, network: @escaping @Sendable (Plan, ModelConfiguration) throws -> any DetectionNetwork
    ) {
        self.name = name
        self.summary = summary
        self.network = network
    }

    /// The detectors there are. Another one needs a file of its own and a word here.
    public static let all = [retinaUNetV001]
}
