/// Where a grid of voxels lies in the patient (LPS, mm), with the meaning that ITK gives it.
public struct Geometry: Sendable, Equatable, Codable {
    /// Voxels along axes 0, 1, 2 (array order: ITK's z, y, x).
    public var size: SIMD3<Int>
    /// Millimetres per voxel along axes 0, 1, 2 (array order).
    public var spacing: SIMD3<Double>
    /// Position of the first voxel (ITK order: x, y, z).
    public var origin: SIMD3<Double>
    /// Direction cosines, 3 × 3 row by row (ITK order: columns are the x, y, z index axes).
    public var direction: [Double]

    public init(size: SIMD3<Int>, spacing: SIMD3<Double>, origin: SIMD3<Double> = .zero, direction: [Double] = Geometry.identity) {
        self.size = size
        self.spacing = spacing
        self.origin = origin
        self.direction = direction
    }

    /// Direction cosines of an image aligned with the patient's axes.
    public static let identity: [Double] = [1, 0, 0, 0, 1, 0, 0, 0, 1]
}

/// A volume with its geometry.
public struct Image<Element: Sendable>: Sendable {
    public var volume: Volume<Element>
    public var geometry: Geometry

    public init(volume: Volume<Element>, geometry: Geometry) {
        self.volume = volume
        self.geometry = geometry
    }
}
