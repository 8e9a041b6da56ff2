import Core

/// A patch with the network that belongs to it: what a memory rule judges.
public struct PlanCandidate: Sendable, Equatable {
    /// Voxels, transposed, divisible by the network's strides.
    public let patchSize: [Int]
    public let batchSize: Int
    public let architecture: Plan.Architecture
    /// Most objects that one patch can hold.
    public let objectsPerPatch: Int

    public init(patchSize: [Int], batchSize: Int, architecture: Plan.Architecture, objectsPerPatch: Int) {
        self.patchSize = patchSize
        self.batchSize = batchSize
        self.architecture = architecture
        self.objectsPerPatch = objectsPerPatch
    }

    func with(batchSize: Int) -> PlanCandidate {
        PlanCandidate(patchSize: patchSize, batchSize: batchSize, architecture: architecture, objectsPerPatch: objectsPerPatch)
    }

    /// The same network on one patch of about `voxels` voxels: small enough to be tried out.
    package func sample(voxels: Int) -> PlanCandidate {
        var patch = patchSize
        let divisor = divisor
        while patch.reduce(1, *) > voxels,
            let axis = patch.indices.filter({ patch[$0] > divisor[$0] }).max(by: { patch[$0] < patch[$1] })
        {
            patch[axis] -= divisor[axis]
        }
        return PlanCandidate(patchSize: patch, batchSize: 1, architecture: architecture, objectsPerPatch: objectsPerPatch)
    }

    /// Voxels of the patch.
    public var voxels: Int { patchSize.reduce(1, *) }

    /// Product of the strides per axis.
    public var divisor: [Int] {
        architecture.strides.reduce(patchSize.map { _ in 1 }) { product, stride in zip(product, stride).map { $0 * $1 } }
    }
}
