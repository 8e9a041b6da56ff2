import Support

/// Where patches with objects are placed; the names are those of the original's loaders (spec 05, "Sampling").
public enum SamplingStrategy: String, Sendable, CaseIterable {
    /// A random voxel of the object's box in the middle of the patch.
    case fast = "Fast"
    /// Anywhere so that the whole object lies in the patch; larger objects as `fast`.
    case offset = "Offset"
    /// As `offset`, the class chosen first so that all classes are seen equally often.
    case balanced = "Balanced"

    /// The strategy that `augment_cfg.dataloader` names, such as `DataLoader{}DOffset` or `DataLoader3DFast`.
    ///
    /// - Throws: `Problem` listing the names there are.
    public init(name: String) throws {
        let found = Self.allCases.first { strategy in
            ["{}", "2", "3"].contains { name == "DataLoader\($0)D\(strategy.rawValue)" }
        }
        guard let found else {
            throw Problem(
                "augment_cfg.dataloader", "there is no '\(name)'",
                remedy: "there are \(Self.allCases.map { "DataLoader{}D\($0.rawValue)" }.joined(separator: ", "))")
        }
        self = found
    }
}
