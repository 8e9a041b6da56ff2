/// What the sweep tries, in its order (spec 08).
public enum SweepParameter: String, Codable, Sendable, CaseIterable {
    case modelIoU = "model_iou"
    case modelSuppression = "model_nms_fn"
    case ensembleIoU = "ensemble_iou"
    case modelScoreThreshold = "model_score_thresh"
    case removeSmallBoxes = "remove_small_boxes"

    /// The values tried, in their order.
    public var grid: [SweepValue] {
        switch self {
        case .modelIoU, .ensembleIoU: [1e-5, 0.1, 0.2, 0.3, 0.4, 0.5].map(SweepValue.number)
        case .modelSuppression: [.name(Suppression.weighted.rawValue), .name(Suppression.plain.rawValue)]
        case .modelScoreThreshold: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6].map(SweepValue.number)
        case .removeSmallBoxes: [0.01, 2, 3, 4, 5, 6, 7].map(SweepValue.number)
        }
    }

    private typealias Suppression = InferenceParameters.ModelSuppression

    /// Sets the parameter to `value`; a value of the wrong kind changes nothing.
    func set(_ value: SweepValue, in parameters: inout InferenceParameters) {
        switch (self, value) {
        case (.modelIoU, .number(let number)): parameters.modelIoU = number
        case (.ensembleIoU, .number(let number)): parameters.ensembleIoU = number
        case (.modelScoreThreshold, .number(let number)): parameters.modelScoreThreshold = number
        case (.removeSmallBoxes, .number(let number)): parameters.removeSmallBoxes = number
        case (.modelSuppression, .name(let name)):
            parameters.modelSuppression = Suppression(rawValue: name) ?? parameters.modelSuppression
        default: break
        }
    }

    /// The value that `parameters` has.
    func value(in parameters: InferenceParameters) -> SweepValue {
        switch self {
        case .modelIoU: .number(parameters.modelIoU)
        case .modelSuppression: .name(parameters.modelSuppression.rawValue)
        case .ensembleIoU: .number(parameters.ensembleIoU)
        case .modelScoreThreshold: .number(parameters.modelScoreThreshold)
        case .removeSmallBoxes: .number(parameters.removeSmallBoxes)
        }
    }
}

/// A value that the sweep tries: a number, or the name of a function.
public enum SweepValue: Codable, Sendable, Hashable, CustomStringConvertible {
    case number(Double)
    case name(String)

    public init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        self = if let number = try? value.decode(Double.self) { .number(number) } else { .name(try value.decode(String.self)) }
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .number(let number): try container.encode(number)
        case .name(let name): try container.encode(name)
        }
    }

    public var description: String {
        switch self {
        case .number(let number): "\(number)"
        case .name(let name): name
        }
    }
}
