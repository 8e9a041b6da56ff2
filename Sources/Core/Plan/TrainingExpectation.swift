/// What training on a plan was expected to take when the plan was made, and what it was planned for.
public struct TrainingExpectation: Codable, Sendable, Equatable {
    /// What training runs on, e.g. `11 GB GPU`.
    public var target: String
    /// `mixed` (16 and 32 bits) or `full` (32).
    public var precision: String
    /// Bytes that training may take; nil where another rule judged.
    public var memoryBudget: Int?
    /// Bytes that a training step takes at its peak.
    public var memory: Int
    /// The same by what takes them.
    public var memoryByPart: [String: Int]
    /// Floating point operations of a step.
    public var operations: Int
    /// Seconds of a step; nil where nothing was measured.
    public var stepSeconds: Double?
    /// The bound that they were held below.
    public var maxStepSeconds: Double?

    enum CodingKeys: String, CodingKey {
        case target, precision, memory, operations
        case memoryBudget = "memory_budget"
        case memoryByPart = "memory_by_part"
        case stepSeconds = "step_seconds"
        case maxStepSeconds = "max_step_seconds"
    }

    public init(
        target: String, precision: String, memoryBudget: Int?, memory: Int, memoryByPart: [String: Int], operations: Int,
        stepSeconds: Double? = nil, maxStepSeconds: Double? = nil
    ) {
        self.target = target
        self.precision = precision
        self.memoryBudget = memoryBudget
        self.memory = memory
        self.memoryByPart = memoryByPart
        self.operations = operations
        self.stepSeconds = stepSeconds
        self.maxStepSeconds = maxStepSeconds
    }
}
