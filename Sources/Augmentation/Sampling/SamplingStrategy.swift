import Support

/// Where patches with objects are placed; one that `augment_cfg.dataloader` can name (spec 05, "Sampling").
public struct SamplingStrategy: NamedChoice {
    /// The original's loader, `{}` standing for the dimension.
    public let name: String
    public let summary: String
    /// Chooses one of all objects.
    let object: @Sendable (_ index: ObjectIndex, _ generator: inout SeededGenerator) -> ObjectIndex.Object
    /// The first voxel of the patch along one axis.
    let start: @Sendable (_ placement: AxisPlacement, _ generator: inout SeededGenerator) -> Int

    /// The strategies there are. Another one needs a file of its own and a word here.
    public static let all = [fast, offset, balanced]

    /// The strategy that `augment_cfg.dataloader` names, such as `DataLoader{}DOffset` or `DataLoader3DFast`.
    ///
    /// - Throws: `Problem` listing the names there are.
    public init(name: String) throws {
        let written = ["2", "3"].reduce(name) { $0.replacing("DataLoader\($1)D", with: "DataLoader{}D") }
        self = try Self.all.named(written, key: "augment_cfg.dataloader")
    }

    init(
        name: String, summary: String, object: @escaping @Sendable (ObjectIndex, inout SeededGenerator) -> ObjectIndex.Object,
        start: @escaping @Sendable (AxisPlacement, inout SeededGenerator) -> Int
    ) {
        self.name = name
        self.summary = summary
        self.object = object
        self.start = start
    }
}

/// What is known when a patch is placed for an object, along one axis, in voxels.
struct AxisPlacement {
    /// First and last voxel of the object's box.
    let box: (lower: Int, upper: Int)
    let image: Int
    /// Of the patch that is cut, and of its middle part, which the network sees.
    let size: Int
    let final: Int

    /// A random voxel of the box in the middle of the patch.
    func aroundVoxel(_ generator: inout SeededGenerator) -> Int { generator.integer(in: box.lower + 1..<box.upper) - size / 2 }

    /// Anywhere so that the whole object lies in the middle part; larger objects as `aroundVoxel`.
    func wholeObject(_ generator: inout SeededGenerator) -> Int {
        let margin = (size - final) / 2
        let extent = box.upper - box.lower
        if image <= final { return -((final - image) / 2) - margin }
        guard extent < final else { return aroundVoxel(&generator) }
        let last = image - final
        let lowest = min(max(box.lower - (final - extent), 0), last)
        let highest = min(max(box.lower, 0), last)
        return generator.integer(in: lowest..<highest + 1) - margin
    }
}
