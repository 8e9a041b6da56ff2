import Support

/// One step of augmentation that leaves a patch its size. What it draws comes from a generator of its own, so that steps do not shift each
/// other's numbers.
public protocol PatchTransform: Sendable {
    /// What messages and pictures call it.
    var name: String { get }

    /// Changes the patch in place, or by chance does not.
    ///
    /// - Returns: whether the patch was changed.
    /// - Throws: what keeps the transform from being applied to this patch.
    @discardableResult
    func apply(to patch: PatchBuffers, using generator: inout SeededGenerator) throws -> Bool
}

extension PatchTransform {
    @discardableResult
    public func apply(to patch: inout Patch, using generator: inout SeededGenerator) throws -> Bool {
        try patch.withBuffers { try apply(to: $0, using: &generator) }
    }
}
