import Boxes
import Core
import Imaging

/// A slice of an image across one array axis, as it is shown: rows and columns, physical extent.
struct SlicePlane {
    /// The array axis that the slice is across.
    let axis: Int
    /// Position on that axis.
    let index: Int
    let rowAxis: Int
    let columnAxis: Int
    /// Whether the first row shown is the last of its axis, so that the head is up.
    let isUpsideDown: Bool
    let image: Image<Float>

    init(_ image: Image<Float>, axis: Int, index: Int) {
        self.image = image
        self.axis = axis
        self.index = index
        rowAxis = axis == 0 ? 1 : 0
        columnAxis = axis == 2 ? 1 : 2
        isUpsideDown = Self.letter(image.geometry, rowAxis) == "S"
    }

    /// The axis code of an array axis: where its indices lead to.
    private static func letter(_ geometry: Geometry, _ axis: Int) -> Character {
        // Codes are in the order x, y, z.
        Array(geometry.axisCodes)[2 - axis]
    }

    /// `axial`, `coronal` or `sagittal`, with the number of the slice.
    var title: String {
        let name =
            switch Self.letter(image.geometry, axis) {
            case "S", "I": "axial"
            case "A", "P": "coronal"
            default: "sagittal"
            }
        return "\(name) \(index + 1)/\(image.volume.shape[axis])"
    }

    var rows: Int { image.volume.shape[rowAxis] }
    var columns: Int { image.volume.shape[columnAxis] }

    /// Millimetres down and across.
    var extent: (height: Double, width: Double) {
        (Double(rows) * image.geometry.spacing[rowAxis], Double(columns) * image.geometry.spacing[columnAxis])
    }

    /// The slice's values, row after row as shown.
    func values() -> [Float] {
        var values: [Float] = []
        values.reserveCapacity(rows * columns)
        var position = SIMD3(repeating: 0)
        position[axis] = index
        for row in 0..<rows {
            position[rowAxis] = isUpsideDown ? rows - 1 - row : row
            for column in 0..<columns {
                position[columnAxis] = column
                values.append(image.volume[position.x, position.y, position.z])
            }
        }
        return values
    }

    /// The outline of the object of `box` in the slice, on a page where the slice fills `frame`; nil where the object has no voxel of the slice.
    func rectangle(_ box: Box, dimension: Int, in frame: Canvas.Rectangle) -> Canvas.Rectangle? {
        let bounds = ObjectBounds(box, dimension: dimension)
        guard bounds.voxels(along: axis).contains(index) else { return nil }
        let (down, across) = (frame.height / Double(rows), frame.width / Double(columns))
        // Voxel i is centred at coordinate i, and shown from i to i + 1.
        var top = bounds.lower[rowAxis] + 0.5
        var bottom = bounds.upper[rowAxis] + 0.5
        if isUpsideDown { (top, bottom) = (Double(rows) - bottom, Double(rows) - top) }
        let left = bounds.lower[columnAxis] + 0.5
        let right = bounds.upper[columnAxis] + 0.5
        return Canvas.Rectangle(
            x: frame.x + left * across, y: frame.y + top * down, width: (right - left) * across, height: (bottom - top) * down)
    }
}

/// Maps intensities to grey: the range between two percentiles of what is shown.
struct GrayWindow {
    let lower: Float
    let upper: Float

    init(_ values: [Float]) {
        let sorted = values.filter(\.isFinite).sorted()
        guard let first = sorted.first, let last = sorted.last else {
            (lower, upper) = (0, 1)
            return
        }
        let low = sorted[sorted.count / 200]
        let high = sorted[sorted.count - 1 - sorted.count / 200]
        (lower, upper) = high > low ? (low, high) : (first, last > first ? last : first + 1)
    }

    func gray(_ values: [Float]) -> [UInt8] {
        values.map { value in
            guard value.isFinite else { return 0 }
            return UInt8(min(max((value - lower) / (upper - lower), 0), 1) * 255)
        }
    }
}
