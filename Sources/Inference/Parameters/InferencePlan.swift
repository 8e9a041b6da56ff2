import Core
import Evaluation

/// The plan with the inference parameters that the sweep found: `plan_inference.json`, the plan's keys and `inference_plan`.
public struct InferencePlan: Codable, Sendable, Equatable {
    public var plan: Plan
    /// Defaults where no sweep was run.
    public var parameters: InferenceParameters
    /// From which scores on detections count in daily use; nil where no sweep has found out.
    public var operatingPoint: OperatingPoint?
    /// How detections get masks; defaults where no sweep was run.
    public var instances: InstanceParameters

    private enum CodingKeys: String, CodingKey {
        case parameters = "inference_plan"
        case operatingPoint = "operating_point"
        case instances = "instance_plan"
    }

    public init(
        plan: Plan, parameters: InferenceParameters = InferenceParameters(), operatingPoint: OperatingPoint? = nil,
        instances: InstanceParameters = InstanceParameters()
    ) {
        self.plan = plan
        self.parameters = parameters
        self.operatingPoint = operatingPoint
        self.instances = instances
    }

    public init(from decoder: any Decoder) throws {
        plan = try Plan(from: decoder)
        let values = try decoder.container(keyedBy: CodingKeys.self)
        parameters = try values.decodeIfPresent(InferenceParameters.self, forKey: .parameters) ?? InferenceParameters()
        operatingPoint = try values.decodeIfPresent(OperatingPoint.self, forKey: .operatingPoint)
        instances = try values.decodeIfPresent(InstanceParameters.self, forKey: .instances) ?? InstanceParameters()
    }

    public func encode(to encoder: any Encoder) throws {
        try plan.encode(to: encoder)
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(parameters, forKey: .parameters)
        try values.encodeIfPresent(operatingPoint, forKey: .operatingPoint)
        try values.encode(instances, forKey: .instances)
    }
}
