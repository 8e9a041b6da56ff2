/// The type of a stored voxel.
enum VoxelElement: CaseIterable {
    case uint8, int8, uint16, int16, uint32, int32, uint64, int64, float32, float64

    /// Bytes of a voxel.
    var size: Int {
        switch self {
        case .uint8, .int8: 1
        case .uint16, .int16: 2
        case .uint32, .int32, .float32: 4
        case .uint64, .int64, .float64: 8
        }
    }
}

/// Value = stored × slope + intercept.
struct IntensityScaling: Equatable {
    var slope = 1.0
    var intercept = 0.0

    static let none = IntensityScaling()
}
