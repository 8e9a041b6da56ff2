import Support

/// A planner that the key `planner` can name; its name begins those of its plans.
public struct PlannerChoice: NamedChoice {
    public let name: String
    public let summary: String
    /// The constants of planning for 2D or 3D data.
    public let configuration: @Sendable (_ dim: Int) -> PlannerConfiguration

    public init(name: String, summary: String, configuration: @escaping @Sendable (_ dim: Int) -> PlannerConfiguration) {
        self.name = name
        self.summary = summary
        self.configuration = configuration
    }

    /// The planners there are. Another one needs a file of its own and a word here.
    public static let all = [d3V001]
}
