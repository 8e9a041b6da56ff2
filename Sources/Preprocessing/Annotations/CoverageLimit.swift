import Imaging
import Support

/// Limits the voxels of all objects of an image, which are kept in memory: coordinates in a wrong unit make every object as large as the image.
public struct CoverageLimit: Sendable {
    private static let times = 4
    private var left: Int

    public init(_ geometry: Geometry) {
        // Of small images objects may overlap as they like.
        left = max(1 << 20, Self.times * geometry.size.x * geometry.size.y * geometry.size.z)
    }

    /// Counts the voxels of an object.
    ///
    /// - Throws: `Problem` naming the object from which on they are too many.
    public mutating func add(_ object: InstancePainting.Object) throws {
        left -= object.offsets.count
        guard left >= 0 else {
            throw Problem(
                object.source, "the objects up to this one cover their image more than \(Self.times) times",
                remedy: "check the coordinates, and what they are given in")
        }
    }
}
