import Foundation
import Imaging
import Support

/// Objects of which centre and diameter are known: balls of voxels.
struct Spheres: LabelSource {
    struct Sphere: Sendable, Equatable {
        /// LPS, mm.
        let centre: SIMD3<Double>
        /// mm.
        let diameter: Double
    }

    let spheres: [Sphere]

    var files: [URL] { [] }
    var settings: String { spheres.map { "\($0.centre.x) \($0.centre.y) \($0.centre.z) \($0.diameter)" }.joined(separator: ";") }

    func check(_ grid: Geometry, _ reader: ImageReader) throws {}

    /// A voxel belongs to a ball where its centre lies within the radius; of balls that overlap the later one has it.
    ///
    /// A ball too small to hold the centre of a voxel gets the voxel that its own centre lies in; one beside the image is left out.
    func objects(on grid: Geometry, _ reader: ImageReader) throws -> ObjectMap {
        var result = ObjectMap(map: Volume(shape: grid.size, filledWith: 0), classes: [:])
        for (place, sphere) in spheres.enumerated() {
            let id = Int32(place + 1)
            result.classes[place + 1] = 0
            if draw(sphere, id, on: grid, into: &result.map) > 0 { continue }
            let nearest = grid.index(of: sphere.centre)
            let index = SIMD3(Self.rounded(nearest.x), Self.rounded(nearest.y), Self.rounded(nearest.z))
            let name = "the object at (\(sphere.centre.x), \(sphere.centre.y), \(sphere.centre.z))"
            guard (0..<3).allSatisfy({ index[$0] >= 0 && index[$0] < grid.size[$0] }) else {
                result.notes.append("\(name) lies beside the image and was left out")
                continue
            }
            result.map[index.x, index.y, index.z] = id
            result.notes.append("\(name) is smaller than a voxel and got one")
        }
        let numbers = result.renumber()
        let hidden = spheres.count - numbers.count - result.notes.count { $0.contains("beside the image") }
        if hidden > 0 { result.notes.append("\(hidden) objects lie within others and were left out") }
        return result
    }

    private static func rounded(_ value: Double) -> Int { value.isFinite && abs(value) < 1e9 ? Int(value.rounded()) : -1 }

    /// Draws a ball and returns its number of voxels.
    private func draw(_ sphere: Sphere, _ id: Int32, on grid: Geometry, into map: inout Volume<Int32>) -> Int {
        let radius = sphere.diameter / 2
        let centre = grid.index(of: sphere.centre)
        var (lower, upper) = (SIMD3<Int>.zero, SIMD3<Int>.zero)
        for axis in 0..<3 {
            // As far as an oblique grid may reach.
            let reach = 1.5 * radius / grid.spacing.min()
            guard centre[axis].isFinite, abs(centre[axis]) < 1e9 else { return 0 }
            let range = 0...grid.size[axis]
            lower[axis] = Int(centre[axis] - reach, rounded: .down, clampedTo: range)
            upper[axis] = min(grid.size[axis], Int(centre[axis] + reach, rounded: .up, clampedTo: range) + 1)
            guard lower[axis] < upper[axis] else { return 0 }
        }
        var count = 0
        for i in lower.x..<upper.x {
            for j in lower.y..<upper.y {
                for k in lower.z..<upper.z {
                    let offset = grid.position(of: SIMD3(Double(i), Double(j), Double(k))) - sphere.centre
                    guard (offset * offset).sum().squareRoot() <= radius else { continue }
                    map[i, j, k] = id
                    count += 1
                }
            }
        }
        return count
    }
}
