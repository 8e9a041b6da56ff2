/// What files for people tell of the classes beside their ids.
public struct ClassLegend: Sendable, Equatable {
    /// Names by class id.
    public var names: [String]
    /// Smallest score, by class id, of detections at the model's operating point; empty where it has none.
    public var operatingScores: [Int: Float]

    public init(names: [String] = [], operatingScores: [Int: Float] = [:]) {
        self.names = names
        self.operatingScores = operatingScores
    }

    /// The name of class `label`, nil where there is none.
    public func name(_ label: Int) -> String? { names.indices.contains(label) ? names[label] : nil }

    /// Whether a detection of class `label` counts at the operating point; nil where there is none for this class.
    public func isAboveOperatingPoint(score: Float, label: Int) -> Bool? { operatingScores[label].map { score >= $0 } }
}
