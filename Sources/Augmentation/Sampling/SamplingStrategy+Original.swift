/// The strategies of the original's loaders.
extension SamplingStrategy {
    public static let fast = SamplingStrategy(
        name: "DataLoader{}DFast", summary: "a random voxel of a random object's box in the middle of the patch",
        object: { $0.anyObject(&$1) }, start: { $0.aroundVoxel(&$1) })

    public static let offset = SamplingStrategy(
        name: "DataLoader{}DOffset", summary: "a random object anywhere in the patch, whole where it fits",
        object: { $0.anyObject(&$1) }, start: { $0.wholeObject(&$1) })

    public static let balanced = SamplingStrategy(
        name: "DataLoader{}DBalanced", summary: "as Offset, the class chosen first so that all classes are seen equally often",
        object: { $0.objectOfAnyClass(&$1) }, start: { $0.wholeObject(&$1) })
}
