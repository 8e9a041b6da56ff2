import Foundation
import Support

/// A grid as files describe it: for each index axis the step to the next voxel, in mm (LPS), in the order x, y, z.
///
/// Unlike `Geometry`, it may be anything that a damaged header can state; `geometry(_:)` checks it.
struct GridVectors: Equatable {
    /// Voxels along x, y, z.
    var size: SIMD3<Int>
    /// Steps along x, y, z.
    var steps: [SIMD3<Double>]
    /// Centre of the first voxel.
    var origin: SIMD3<Double>

    init(size: SIMD3<Int>, steps: [SIMD3<Double>], origin: SIMD3<Double>) {
        self.size = size
        self.steps = steps
        self.origin = origin
    }

    /// Axes of the patient that `codes` (x first) name, with voxels of `spacing` (x, y, z).
    ///
    /// - Throws: `Problem` where `codes` are not axis codes.
    init(size: SIMD3<Int>, codes: String, spacing: SIMD3<Double>) throws {
        let directions: [Character: SIMD3<Double>] = [
            "L": SIMD3(1, 0, 0), "R": SIMD3(-1, 0, 0), "P": SIMD3(0, 1, 0), "A": SIMD3(0, -1, 0), "S": SIMD3(0, 0, 1), "I": SIMD3(0, 0, -1),
        ]
        let vectors = codes.uppercased().compactMap { directions[$0] }
        guard vectors.count == 3, codes.count == 3, abs(vectors[0].cross(vectors[1]).dot(vectors[2])) == 1 else {
            throw Problem("axis codes '\(codes)'", "must be three letters, one each of L/R, P/A and S/I", remedy: "for example LPS or RAS")
        }
        self.init(size: size, steps: (0..<3).map { vectors[$0] * spacing[$0] }, origin: .zero)
    }

    /// Lengths of the steps, mm (x, y, z).
    var spacing: SIMD3<Double> { SIMD3(steps[0].length, steps[1].length, steps[2].length) }

    /// Position of a voxel.
    func position(_ index: SIMD3<Double>) -> SIMD3<Double> { origin + steps[0] * index.x + steps[1] * index.y + steps[2] * index.z }

    /// The corners of the grid: centres of its outermost voxels.
    private var corners: [SIMD3<Double>] {
        (0..<8).map { corner in
            SIMD3(
                corner & 1 == 0 ? 0 : Double(size.x - 1), corner & 2 == 0 ? 0 : Double(size.y - 1),
                corner & 4 == 0 ? 0 : Double(size.z - 1))
        }
    }

    /// How far the same voxel of another grid is away at most: the largest shift along an axis in voxels of this grid, and the distance in mm.
    ///
    /// Infinite where the axes of this grid do not span space.
    func displacement(of other: GridVectors) -> (voxels: Double, mm: Double) {
        let volume = steps[0].dot(steps[1].cross(steps[2]))
        var largest = (voxels: 0.0, mm: 0.0)
        for corner in corners {
            let shift = other.position(corner) - position(corner)
            let index =
                SIMD3(
                    shift.dot(steps[1].cross(steps[2])), steps[0].dot(shift.cross(steps[2])), steps[0].dot(steps[1].cross(shift))) / volume
            let voxels = max(abs(index.x), abs(index.y), abs(index.z))
            guard voxels.isFinite else { return (.infinity, shift.length.isFinite ? shift.length : .infinity) }
            largest = (max(largest.voxels, voxels), max(largest.mm, shift.length))
        }
        return largest
    }

    /// The grid of perpendicular axes nearest to this one, its spacing and the centre of its middle kept; nil where the axes do not span space.
    private var straightened: GridVectors? {
        let lengths = spacing
        guard lengths.min() > 0 else { return nil }
        // Newton's iteration for the orthogonal factor of the polar decomposition.
        var columns = (0..<3).map { steps[$0] / lengths[$0] }
        for _ in 0..<60 {
            let volume = columns[0].dot(columns[1].cross(columns[2]))
            guard abs(volume) > 1e-6 else { return nil }
            let inverse = [columns[1].cross(columns[2]), columns[2].cross(columns[0]), columns[0].cross(columns[1])].map { $0 / volume }
            let next = (0..<3).map { (columns[$0] + inverse[$0]) / 2 }
            let change = (0..<3).map { (next[$0] - columns[$0]).length }.max() ?? 0
            columns = next
            if change < 1e-15 { break }
        }
        var result = self
        result.steps = (0..<3).map { columns[$0] / columns[$0].length * lengths[$0] }
        let middle = SIMD3(Double(size.x - 1), Double(size.y - 1), Double(size.z - 1)) / 2
        result.origin = position(middle) - (result.position(middle) - result.origin)
        return result
    }

    /// The grid as the program uses it.
    ///
    /// Axes that are perpendicular up to the tolerance become so exactly; a deviation beyond rounding is a notice.
    ///
    /// - Parameters:
    ///   - url: the file, for messages.
    ///   - fields: the fields that describe the grid, for messages.
    /// - Throws: `Problem` where a number is not finite, a step has no length, or the axes are not perpendicular.
    func geometry(_ url: URL, fields: String, isPlanar: Bool = false) throws -> (geometry: Geometry, notices: [ImageNotice]) {
        let names = ["x", "y", "z"]
        for axis in 0..<3 where !steps[axis].isFinite || !(steps[axis].length > 0) {
            throw Problem(
                url, "its header gives voxels a size of \(Self.text(steps[axis].length)) mm along \(names[axis]) (\(fields))",
                remedy: "correct the header")
        }
        guard origin.isFinite else {
            throw Problem(url, "its header gives a position that is not finite (\(fields))", remedy: "correct the header")
        }
        guard spacing.max() < Self.largestSpacing, origin.length < Self.largestSpacing * 1000 else {
            throw Problem(
                url,
                "its header gives voxels of \(Self.text(spacing)) mm at (\(Self.text(origin))) mm: no patient is that large (\(fields))",
                remedy: "correct the header")
        }
        guard let straight = straightened, case let shift = straight.displacement(of: self), shift.voxels <= Geometry.tolerance else {
            let (first, second, angle) = smallestAngle
            throw Problem(
                url,
                "its axes are not perpendicular to one another: \(names[first]) and \(names[second]) meet at \(Self.text(angle))° "
                    + "(\(fields)); the grid is sheared, as that of a tilted gantry",
                remedy: "resample it to a grid with perpendicular axes; dcm2niix corrects the tilt of a CT")
        }
        var notices: [ImageNotice] = []
        if shift.voxels > Geometry.rounding {
            notices.append(
                ImageNotice(
                    url, "its axes are not exactly perpendicular (\(fields)); straightening moves voxels by up to \(Self.text(shift.mm)) mm"
                ))
        }
        guard !isPlanar else { return (try straight.planar(url, fields), notices) }
        var geometry = Geometry(
            size: SIMD3(size.z, size.y, size.x), spacing: SIMD3(straight.spacing.z, straight.spacing.y, straight.spacing.x),
            origin: straight.origin)
        let lengths = straight.spacing
        // Adding 0 turns −0 into 0.
        for row in 0..<3 {
            for column in 0..<3 { geometry.direction[3 * row + column] = straight.steps[column][row] / lengths[column] + 0 }
        }
        return (geometry, notices)
    }

    /// The grid of a 2D image.
    private func planar(_ url: URL, _ fields: String) throws -> Geometry {
        let inPlane = max(abs(steps[0].z) / steps[0].length, abs(steps[1].z) / steps[1].length)
        guard inPlane < 1e-3 else {
            throw Problem(
                url, "is a 2D image whose plane is not axial (\(fields))", remedy: "store it as a 3D image with one slice")
        }
        let lengths = spacing
        return Geometry(
            planarSize: (size.y, size.x), spacing: (lengths.y, lengths.x), origin: (origin.x, origin.y),
            direction: [
                steps[0].x / lengths.x, steps[1].x / lengths.y, steps[0].y / lengths.x, steps[1].y / lengths.y,
            ])
    }

    /// The pair of axes that is farthest from perpendicular, with the angle between them in degrees.
    private var smallestAngle: (first: Int, second: Int, angle: Double) {
        [(0, 1), (0, 2), (1, 2)].map { first, second in
            let cosine = steps[first].dot(steps[second]) / (steps[first].length * steps[second].length)
            return (first, second, acos(max(-1, min(1, cosine))) * 180 / .pi)
        }.max { abs($0.2 - 90) < abs($1.2 - 90) } ?? (0, 1, 90)
    }

    /// A metre: larger voxels, or a kilometre from the origin, are damage.
    private static let largestSpacing = 1000.0

    static func text(_ value: Double) -> String { String(format: "%.6g", value) }
    static func text(_ value: SIMD3<Double>) -> String { "\(text(value.x)), \(text(value.y)), \(text(value.z))" }
}

extension SIMD3<Double> {
    func dot(_ other: SIMD3<Double>) -> Double { (self * other).sum() }
    func cross(_ other: SIMD3<Double>) -> SIMD3<Double> {
        SIMD3(y * other.z - z * other.y, z * other.x - x * other.z, x * other.y - y * other.x)
    }
    var length: Double { dot(self).squareRoot() }
    var isFinite: Bool { x.isFinite && y.isFinite && z.isFinite }
}

extension Geometry {
    /// Largest distance, in voxels, at which two descriptions of a grid count as one, measured where they differ most: at a corner of the image.
    public static let tolerance = 0.25
    /// Distances up to this, in voxels, are rounding of the numbers in a header and are not worth a notice.
    public static let rounding = 1e-3

    /// The grid with its steps in mm.
    var vectors: GridVectors {
        GridVectors(
            size: SIMD3(size.z, size.y, size.x), steps: (0..<3).map { directionOfAxis(2 - $0) * spacing[2 - $0] }, origin: origin)
    }
}
