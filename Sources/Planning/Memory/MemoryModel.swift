import Core

/// How many bytes training a network on a patch takes, by replaying a training step with sizes in place of numbers.
///
/// Counted are: weights and their copies in 16 bits, gradients, optimiser state; every map that the backward pass needs, operation by
/// operation (`TrainingStep`); intermediate values of the losses, matching and the search for hard negatives; gradients in flight; what the
/// convolutions take beside; what the allocator keeps. What is reported is the moment at which all of it together is most.
/// `docs/explanation/planning.md` compares with measurements.
public struct MemoryModel: Sendable, Equatable {
    /// How activations are stored in training.
    public enum Precision: String, Sendable, CaseIterable {
        /// Everything in 32 bits.
        case full
        /// Convolutions in 16 bits (half or bfloat16), losses in 32.
        case mixed

        /// Bytes of one element of a feature map.
        public var bytes: Int { self == .full ? 4 : 2 }
    }

    /// What the step runs on: libraries and allocators differ.
    public enum Processor: String, Sendable, CaseIterable {
        case cpu, gpu
    }

    public var precision: Precision
    public var processor: Processor
    /// Share added to everything on a GPU for memory that the allocator holds but cannot use.
    public var allocatorShare = 0.1
    /// Bytes that a GPU takes before anything is computed (context, kernels of the libraries).
    public var deviceOverhead = 910 << 20

    /// Share of the small blocks' peak that is lost between them on a CPU, as weights' gradients settle where maps were. Fitted to the
    /// measurements of `Benchmarks/Training`, as is the next one.
    public var fragmentation = 0.5
    /// Bytes that the CPU's library takes for the kernels that it makes, and threads for themselves.
    public var libraryOverhead = 50 << 20

    /// Freed blocks of fewer bytes stay with the process (`ctorch_prepare_process`).
    static let keptBelow = 32 << 20
    /// Bytes of a box in memory.
    static let boxBytes = 32

    public init(precision: Precision = .mixed, processor: Processor = .gpu) {
        self.precision = precision
        self.processor = processor
    }

    /// Counts the bytes for `candidate`.
    public func estimate(_ candidate: PlanCandidate) -> MemoryEstimate {
        var step = TrainingStep(candidate, self)
        let replayed = step.run()
        var estimate = replayed.memory
        guard processor == .gpu else {
            estimate[.reserve] += Int(Double(replayed.smallBlocks) * fragmentation)
            estimate[.device] = libraryOverhead
            return estimate
        }
        estimate[.reserve] += Int(Double(estimate.total - estimate[.weights] - estimate[.optimizer]) * allocatorShare)
        estimate[.device] = deviceOverhead
        return estimate
    }

    /// What one step on `candidate` computes.
    public func work(_ candidate: PlanCandidate) -> StepWork {
        var step = TrainingStep(candidate, self)
        return step.run().work
    }
}
