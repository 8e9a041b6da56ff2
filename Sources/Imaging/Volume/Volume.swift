/// Voxels on a grid in array order: axis 0 slowest (z of the ITK image), axis 2 fastest (x). A 2D image has size 1 on axis 2.
public struct Volume<Element: Sendable>: Sendable {
    /// Voxels along axes 0, 1, 2.
    public let shape: SIMD3<Int>
    /// The voxels, C order.
    public var voxels: [Element]

    public init(shape: SIMD3<Int>, voxels: [Element]) {
        precondition(voxels.count == shape.x * shape.y * shape.z, "voxels must fill the shape")
        self.shape = shape
        self.voxels = voxels
    }

    public init(shape: SIMD3<Int>, filledWith value: Element) {
        self.shape = shape
        voxels = Array(repeating: value, count: shape.x * shape.y * shape.z)
    }

    /// Number of voxels.
    public var count: Int { voxels.count }

    /// Position of voxel (i, j, k) in `voxels`.
    @inlinable
    public func offset(_ i: Int, _ j: Int, _ k: Int) -> Int { (i * shape.y + j) * shape.z + k }

    @inlinable
    public subscript(i: Int, j: Int, k: Int) -> Element {
        get { voxels[offset(i, j, k)] }
        set { voxels[offset(i, j, k)] = newValue }
    }
}

extension Volume: Equatable where Element: Equatable {}
