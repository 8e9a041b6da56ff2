/// Enlarges maps by whole factors: `[N, C, …] → [N, C, … · factors]`.
public struct Interpolation: Sendable {
    /// Per spatial axis, two or three.
    public let factors: [Int]
    /// Linear along every axis (voxel centres, edges repeated); else every voxel is repeated.
    public let isLinear: Bool

    public init(factors: [Int], isLinear: Bool) {
        self.factors = factors
        self.isLinear = isLinear
    }

    public func callAsFunction(_ x: Tensor) throws -> Tensor {
        let size = Argument.ints(factors.enumerated().map { x.size($0 + 2) * $1 })
        switch (factors.count, isLinear) {
        case (3, true): return try Operator.upsampleTrilinear3d(.tensor(x), size, .bool(false), .none)
        case (3, false): return try Operator.upsampleNearest3d(.tensor(x), size, .none)
        case (_, true): return try Operator.upsampleBilinear2d(.tensor(x), size, .bool(false), .none)
        case (_, false): return try Operator.upsampleNearest2d(.tensor(x), size, .none)
        }
    }
}
