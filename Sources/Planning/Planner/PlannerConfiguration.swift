import Core

/// The constants of planning (spec 03), those of the original by default, and what training may take.
public struct PlannerConfiguration: Sendable, Equatable {
    /// Name of the planner; begins the name of its plans.
    public var plannerID = "D3V001"
    /// Module class that the plan is for.
    public var archName = "RetinaUNetV001"
    public var batchSize = 4
    public var startChannels = 32
    public var maxChannels = 320
    /// Channels of the decoder's levels; nil: four times the start channels.
    public var fpnChannels: Int?
    public var headChannels = 128
    /// Shortest feature map, voxels.
    public var minimumFeatureMapLength = 4
    /// Resolutions with detection heads: so many of the coarsest, and finer ones down to `minimumDecoderLevel` where the network is deep.
    public var decoderLevels = 4
    /// Finest resolution with detection heads, where there are enough.
    public var minimumDecoderLevel = 2
    public var anisotropyThreshold = 3.0
    public var resampleAnisotropyThreshold = 3.0
    public var targetSpacingPercentile = 50.0
    /// Independent searches for anchors.
    public var anchorRuns = 3
    /// Evaluations of each search.
    public var anchorEvaluations = 5000
    /// What training runs on, for people.
    public var target = "11 GB GPU"
    public var processor = MemoryModel.Processor.gpu
    /// Bytes that training may use on its device.
    public var memoryBudget = Self.defaultMemoryBudget
    public var precision = MemoryModel.Precision.mixed
    /// Longest training step, seconds; needs a planner that can time steps.
    public var maxStepSeconds: Double?
    /// Start channels that a target smaller than the original's is planned with, one after the other.
    public var narrowerStartChannels = [24, 16, 12, 8]
    /// Share of the voxels of the patch for the original's target that a smaller one keeps, before the network gets narrower.
    public var leastPatchShare = 0.5
    /// Largest batch that a larger target is planned with.
    public var largestBatchSize = 16
    /// Decide by the original's rules where ours are mended: low-resolution trigger in voxels of the images, whole level strides.
    public var referenceBehaviour = false

    /// What the original allows on the GPU that it plans for (11 GB class).
    public static let defaultMemoryBudget = memoryBudget(gigabytes: 11)

    /// What may be used of a GPU that is sold with so many gigabytes: in the proportion of the original's 11 GB card, which has
    /// 11 523 260 416 bytes, less 11 MiB.
    public static func memoryBudget(gigabytes: Double) -> Int {
        Int((gigabytes * 11_523_260_416 / 11).rounded()) - (11 << 20)
    }

    /// The original's constants for 2D or 3D data.
    public init(dim: Int = 3) {
        guard dim == 2 else { return }
        batchSize = 16
        startChannels = 48
        maxChannels = 480
        minimumFeatureMapLength = 8
        decoderLevels = 5
        largestBatchSize = 64
    }

    /// The memory model for the target.
    var memoryModel: MemoryModel { MemoryModel(precision: precision, processor: processor) }
}
