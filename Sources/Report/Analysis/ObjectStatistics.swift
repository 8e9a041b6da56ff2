/// What the analysis plots of a plan show: the objects as the plan sees them.
public struct ObjectStatistics: Sendable {
    /// Name of the plan.
    public var plan: String
    /// Name of each axis for people, e.g. `axis 0 (head–foot)`; the order of the plan.
    public var axes: [String]
    /// Target spacing, mm per axis.
    public var spacing: [Double]
    /// Box sizes of all objects, millimetres per axis; a 2D box is 1 long on axis 2.
    public var sizes: [SIMD3<Double>]
    /// Those of ordinary size, which the anchors are fitted to.
    public var ordinary: [SIMD3<Double>]
    /// Sizes of the anchors, millimetres.
    public var anchors: [SIMD3<Double>]
    /// Classes by name with their numbers of objects.
    public var classes: [(name: String, count: Int)]
    /// Objects in each case.
    public var instancesPerCase: [Int]

    public init(
        plan: String, axes: [String], spacing: [Double], sizes: [SIMD3<Double>], ordinary: [SIMD3<Double>], anchors: [SIMD3<Double>],
        classes: [(name: String, count: Int)], instancesPerCase: [Int]
    ) {
        self.plan = plan
        self.axes = axes
        self.spacing = spacing
        self.sizes = sizes
        self.ordinary = ordinary
        self.anchors = anchors
        self.classes = classes
        self.instancesPerCase = instancesPerCase
    }
}
