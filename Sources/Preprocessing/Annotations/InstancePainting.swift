import Imaging
import Support

/// Objects painted into one map of instances.
public struct InstancePainting: Sendable {
    /// The voxels of an object.
    public struct Object: Sendable {
        /// Offsets in C order.
        public var offsets: [Int]
        /// Class id from 0.
        public var label: Int
        /// Where it stands, for messages.
        public var source: String

        public init(offsets: [Int], label: Int, source: String) {
            self.offsets = offsets
            self.label = label
            self.source = source
        }
    }

    /// Ids from 1 in the order of the objects.
    public let map: Volume<Int32>
    /// Instance id → class id.
    public let classes: [Int: Int]
    /// Objects that lost voxels to smaller ones.
    public let overlapped: Int

    /// Paints the larger objects first, so that of two that overlap the smaller one keeps its voxels.
    ///
    /// - Throws: `Problem` naming an object that has no voxel left.
    public init(_ objects: [Object], shape: SIMD3<Int>) throws {
        var map = Volume<Int32>(shape: shape, filledWith: 0)
        let order = objects.indices.sorted { (objects[$0].offsets.count, $1) > (objects[$1].offsets.count, $0) }
        for index in order {
            for offset in objects[index].offsets { map.voxels[offset] = Int32(index + 1) }
        }
        var overlapped = 0
        for (index, object) in objects.enumerated() {
            let left = object.offsets.count { map.voxels[$0] == Int32(index + 1) }
            guard left > 0 else {
                throw Problem(object.source, "the object has no voxel of its own: others cover it", remedy: "remove what is there twice")
            }
            if left < object.offsets.count { overlapped += 1 }
        }
        self.map = map
        classes = Dictionary(uniqueKeysWithValues: objects.enumerated().map { ($0.offset + 1, $0.element.label) })
        self.overlapped = overlapped
    }
}

extension [AnnotatedObject] {
    /// The objects in the voxels of an image.
    ///
    /// - Throws: `Problem` naming an object that lies outside, or from which on `limit` is exceeded.
    public func painted(in geometry: Geometry, _ limit: inout CoverageLimit) throws -> [(object: InstancePainting.Object, isCut: Bool)] {
        try map { object in
            let painted = try object.painted(in: geometry)
            try limit.add(painted.object)
            return painted
        }
    }
}

extension AnnotatedObject {
    /// The object in the voxels of an image.
    ///
    /// - Throws: `Problem` where it lies outside.
    public func painted(in geometry: Geometry) throws -> (object: InstancePainting.Object, isCut: Bool) {
        let (offsets, isCut) = shape.voxels(of: geometry)
        guard !offsets.isEmpty else {
            throw Problem(
                source,
                "the object lies outside of its image of \(geometry.size.z) × \(geometry.size.y) × \(geometry.size.x) voxels (x, y, z)",
                remedy: "check the coordinates, and what they are given in")
        }
        return (InstancePainting.Object(offsets: offsets, label: label, source: source), isCut)
    }
}
