import Core

/// How many bytes training a network on a patch takes on its device, counted layer by layer.
///
/// Counted are: weights, gradients, optimiser state; every map that the backward pass needs, per layer, at the batch, patch and
/// precision; the head's and the losses' intermediate values; the gradients in flight and the workspace of the largest
/// convolution; a share for what the allocator cannot use; and what the device keeps for itself. `docs/explanation/planning.md`
/// gives the formula. V_l below are the voxels of one batch at resolution l.
public struct MemoryModel: Sendable, Equatable {
    /// How activations are stored in training.
    public enum Precision: String, Sendable, CaseIterable, Codable {
        /// Everything in 32 bits.
        case full
        /// Convolutions in 16 bits (half or bfloat16), norms of the head and losses in 32.
        case mixed

        /// Bytes of one element of a feature map.
        public var bytes: Int { self == .full ? 4 : 2 }
    }

    public var precision: Precision
    /// Share added to all activations for memory that the allocator holds but cannot use.
    public var allocatorShare = 0.1
    /// Bytes that the device takes before anything is computed (context, kernels of the libraries).
    public var deviceOverhead = 910 << 20

    public init(precision: Precision = .mixed) { self.precision = precision }

    /// Counts the bytes for `candidate`.
    public func estimate(_ candidate: PlanCandidate) -> MemoryEstimate {
        let architecture = candidate.architecture
        let shape = NetworkShape(architecture)
        let voxels = shape.strideProducts.map { candidate.voxels * candidate.batchSize / $0 }
        let element = precision.bytes
        var estimate = MemoryEstimate()

        // Weights in 32 bits, their 16-bit copy in mixed precision, gradients, momentum and the running average.
        let parameters = shape.parameters
        estimate.weights = parameters * (precision == .mixed ? 6 : 4)
        estimate.gradients = parameters * 4
        estimate.optimizer = parameters * 8

        // The image as loaded and as the first convolution sees it.
        estimate.input = voxels[0] * (architecture.inChannels * (precision == .mixed ? 6 : 4) + 8)

        // Two convolutions per resolution: each keeps its output (for the norm) and the normalised, rectified output.
        estimate.encoder = zip(shape.encoder, voxels).reduce(0) { $0 + 4 * $1.0 * $1.1 * element }
        // Per resolution the sum that the up and out convolutions read, and the out map.
        estimate.decoder = zip(shape.decoder, voxels).reduce(0) { $0 + 2 * $1.0 * $1.1 * element }

        let heads = architecture.decoderLevels.reduce(0) { $0 + voxels[$1] }
        // Group norm computes in 32 bits: input, output, and in mixed precision the 16-bit copy for the next convolution.
        let unit = precision == .mixed ? 10 : 8
        let logits = shape.anchorsPerPosition * architecture.classifierClasses
        let deltas = shape.anchorsPerPosition * 2 * architecture.dim
        // Two branches of two units; logits and deltas as computed, scaled, and joined over the levels.
        estimate.head = heads * (4 * architecture.headChannels * unit + (2 * logits + 3 * deltas) * element)
        // Anchors and labels, and the probabilities among which hard negatives are sought.
        let positions = heads * shape.anchorsPerPosition
        let boxBytes = 8 * architecture.dim
        estimate.matching =
            positions / max(1, candidate.batchSize) * boxBytes + positions * (8 + 4 * (architecture.classifierClasses + 1))
            + candidate.objectsPerPatch * candidate.batchSize * boxBytes

        // Two segmentation channels: logits, their 32-bit copy, log-probabilities, probabilities, one-hot target and the Dice products.
        estimate.segmentation = voxels[0] * 2 * (element + 6 * 4)

        // The gradients of the two largest neighbouring maps and one more in flight, and both of a convolution rearranged.
        let largest = zip(voxels, zip(shape.encoder, shape.decoder)).map { $0.0 * max($0.1.0, $0.1.1) * element }.max() ?? 0
        estimate.backward = 3 * largest
        estimate.workspace = 2 * largest
        let maps =
            estimate.input + estimate.encoder + estimate.decoder + estimate.head + estimate.matching + estimate.segmentation
            + estimate.backward + estimate.workspace
        estimate.reserve = Int(Double(maps) * allocatorShare)
        estimate.device = deviceOverhead
        return estimate
    }
}
