import Core
import Imaging
import Support

extension SlicerSegmentation {
    /// How segments become objects.
    public enum Meaning: String, Sendable, CaseIterable {
        /// A segment is a class: voxels of it that touch are one object.
        case classes
        /// A segment is one object.
        case objects
    }

    /// The objects of all segments in the voxels of an image.
    ///
    /// An image voxel belongs to a segment where the segmentation's voxel at its centre does.
    /// - Parameters:
    ///   - image: the grid on which the objects are to lie.
    ///   - meaning: whether a segment is a class or an object.
    ///   - classes: by the names of the segments; with a single class every segment is of it.
    ///   - ignored: segments, by name in small letters, that are no objects.
    ///   - name: of the file, for messages.
    /// - Throws: `Problem` naming a segment whose name is no class, or that has voxels outside of the image.
    public func objects(
        in image: Geometry, as meaning: Meaning, classes: ClassNames, ignored: Set<String>, named name: String
    ) throws -> [InstancePainting.Object] {
        var limit = CoverageLimit(image)
        return try segments.filter { !ignored.contains($0.name.lowercased()) }.flatMap { segment -> [InstancePainting.Object] in
            let source = "\(name): segment '\(segment.name)'"
            let label = try classes.label(ofObject: segment.name, source: source)
            let (mask, drawn) = try mask(segment, in: image, source)
            let components =
                meaning == .classes
                ? mask.connectedComponents(connectivity: .corners)
                : (Volume<Int32>(shape: mask.shape, voxels: mask.voxels.map { Int32($0) }), 1)
            var offsets = [[Int]](repeating: [], count: components.1)
            for (offset, number) in components.0.voxels.enumerated() where number > 0 { offsets[Int(number) - 1].append(offset) }
            guard offsets.contains(where: { !$0.isEmpty }) else {
                // Segments that nobody has drawn are no objects.
                guard drawn else { return [] }
                throw Problem(source, "is so small that no voxel centre of the image lies in it", remedy: "draw it on the image's own grid")
            }
            let objects = offsets.filter { !$0.isEmpty }.map { InstancePainting.Object(offsets: $0, label: label, source: source) }
            for object in objects { try limit.add(object) }
            return objects
        }
    }

    /// A segment on the grid of the image, and whether it has any voxel.
    private func mask(_ segment: Segment, in image: Geometry, _ source: String) throws -> (mask: Volume<UInt8>, drawn: Bool) {
        let layer = layers[segment.layer]
        let own = Volume<UInt8>(shape: layer.shape, voxels: layer.voxels.map { $0 == segment.value ? 1 : 0 })
        var mask = Volume<UInt8>(shape: image.size, filledWith: 0)
        guard let bounds = own.nonzeroBounds() else { return (mask, false) }
        // The image's voxels that may see the segment: between the corners of its bounds.
        var (low, high) = (SIMD3<Double>(repeating: .infinity), SIMD3<Double>(repeating: -.infinity))
        for corner in 0..<8 {
            let place = (0..<3).map { axis in Double(corner >> axis & 1 == 0 ? bounds.lower[axis] : bounds.upper[axis] - 1) }
            let index = image.index(of: geometry.position(of: SIMD3(place[0], place[1], place[2])))
            (low, high) = (pointwiseMin(low, index), pointwiseMax(high, index))
        }
        let outside = (0..<3).contains { low[$0] < -0.51 || high[$0] > Double(image.size[$0]) - 0.49 }
        guard !outside, low.x.isFinite else {
            throw Problem(
                source, "reaches out of its image of \(image.size.z) × \(image.size.y) × \(image.size.x) voxels (x, y, z)",
                remedy: "check that it belongs to this image")
        }
        let ranges = (0..<3).map { axis in
            max(0, Int(low[axis].rounded(.down)) - 1)..<min(image.size[axis], Int(high[axis].rounded(.up)) + 2)
        }
        // From image voxels to voxels of the segmentation, an affine map.
        let first = geometry.index(of: image.position(of: .zero))
        let steps = (0..<3).map { axis -> SIMD3<Double> in
            var unit = SIMD3<Double>.zero
            unit[axis] = 1
            return geometry.index(of: image.position(of: unit)) - first
        }
        for i in ranges[0] {
            for j in ranges[1] {
                for k in ranges[2] {
                    let at = (first + steps[0] * Double(i) + steps[1] * Double(j) + steps[2] * Double(k)).rounded(.toNearestOrAwayFromZero)
                    guard at.x >= 0, at.y >= 0, at.z >= 0, at.x < Double(own.shape.x), at.y < Double(own.shape.y),
                        at.z < Double(own.shape.z)
                    else { continue }
                    mask[i, j, k] = own[Int(at.x), Int(at.y), Int(at.z)]
                }
            }
        }
        return (mask, true)
    }
}
