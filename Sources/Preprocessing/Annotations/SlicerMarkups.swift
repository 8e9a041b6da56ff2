import Foundation
import Support

/// A markups file of 3D Slicer (`.mrk.json`): regions of interest and lists of points.
public struct SlicerMarkups: Decodable, Sendable {
    private struct Markup: Decodable {
        let type: String
        let coordinateSystem: Text?
        let center: [Double]?
        let size: [Double]?
        let orientation: [Double]?
        let controlPoints: [ControlPoint]?
        let display: Display?
    }
    private struct ControlPoint: Decodable {
        let label: String?
        let position: [Double]?
        let positionStatus: String?
    }
    private struct Display: Decodable {
        let visibility: Bool?
    }
    /// A text, which early versions wrote as a number.
    private struct Text: Decodable {
        let text: String

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let number = try? container.decode(Int.self) { text = String(number) } else { text = try container.decode(String.self) }
        }
    }

    private let markups: [Markup]

    /// Reads the objects of a file.
    ///
    /// An object's class is told by the label of its (first) point, or else by the name of the file.
    /// - Parameters:
    ///   - url: the file, `<name>.mrk.json`.
    ///   - classes: which labels or the name of the file begin with; a single class needs no name.
    ///   - pointDiameter: mm of the balls that points become.
    ///   - visibleOnly: leaves out what is hidden in Slicer.
    /// - Throws: `Problem` naming the file and the markup that cannot be used.
    public static func read(
        _ url: URL, classes: ClassNames, pointDiameter: Double?, visibleOnly: Bool
    ) throws -> [AnnotatedObject] {
        let file: SlicerMarkups = try JSONFile.read(from: url)
        let stem = String(url.lastPathComponent.dropLast(".mrk.json".count))
        return try file.markups.enumerated().flatMap { index, markup -> [AnnotatedObject] in
            let source = file.markups.count == 1 ? url.path : "\(url.path): markups[\(index)]"
            if visibleOnly, markup.display?.visibility == false { return [] }
            let reader = MarkupReader(source: source, stem: stem, classes: classes, sign: try sign(markup.coordinateSystem?.text, source))
            switch markup.type {
            case "ROI", "ROINode": return [try region(markup, reader)]
            case "Fiducial", "PointList":
                guard let pointDiameter else {
                    throw Problem(source, "is a list of points, which have no size", remedy: "give it: --point-diameter <mm>")
                }
                return try points(markup, reader, pointDiameter)
            default:
                throw Problem(
                    source, "is a \(markup.type), which marks no volume", remedy: "use regions of interest (ROI) or lists of points")
            }
        }
    }

    private static func region(_ markup: Markup, _ reader: MarkupReader) throws -> AnnotatedObject {
        guard let center = markup.center ?? markup.controlPoints?.first?.position, center.count == 3, let size = markup.size,
            size.count == 3,
            (center + size).allSatisfy(\.isFinite), size.allSatisfy({ $0 > 0 })
        else { throw Problem(reader.source, "is a region without a centre and three positive sides", remedy: "place it again in Slicer") }
        let rows = markup.orientation ?? [1, 0, 0, 0, 1, 0, 0, 0, 1]
        guard rows.count == 9 else { throw Problem(reader.source, "'orientation' has \(rows.count) numbers, it must have 9") }
        let columns = (0..<3).map { SIMD3(rows[$0], rows[3 + $0], rows[6 + $0]) }
        let isOrthonormal = (0..<3).allSatisfy { a in
            (0..<3).allSatisfy { abs((columns[a] * columns[$0]).sum() - (a == $0 ? 1 : 0)) < 1e-3 }
        }
        guard isOrthonormal else {
            throw Problem(reader.source, "'orientation' is not made of three orthogonal unit vectors", remedy: "place it again in Slicer")
        }
        let axes = columns.map { reader.sign * $0 }
        let shape = AnnotatedShape.box(center: reader.position(center), size: SIMD3(size[0], size[1], size[2]), axes: axes)
        return AnnotatedObject(shape, label: try reader.label(markup.controlPoints?.first?.label), source: reader.source)
    }

    private static func points(_ markup: Markup, _ reader: MarkupReader, _ diameter: Double) throws -> [AnnotatedObject] {
        try (markup.controlPoints ?? []).enumerated().compactMap { index, point in
            // Points that are listed but not placed yet.
            if let status = point.positionStatus, status != "defined" { return nil }
            guard let position = point.position, position.count == 3, position.allSatisfy(\.isFinite) else {
                throw Problem(
                    "\(reader.source), point \(index + 1)", "has no position of three numbers", remedy: "place it again in Slicer")
            }
            var reader = reader
            reader.source += ", point \(index + 1)"
            return AnnotatedObject(
                .ball(center: reader.position(position), radius: diameter / 2), label: try reader.label(point.label), source: reader.source)
        }
    }

    /// What turns coordinates of the file into LPS.
    private static func sign(_ system: String?, _ source: String) throws -> SIMD3<Double> {
        switch system?.uppercased() {
        case nil, "LPS", "1": SIMD3(1, 1, 1)
        case "RAS", "0": SIMD3(-1, -1, 1)
        case .some(let other):
            throw Problem(source, "is in the coordinate system '\(other)', LPS and RAS are known", remedy: "save it again with Slicer")
        }
    }
}

/// What the objects of one markup have in common.
private struct MarkupReader {
    var source: String
    let stem: String
    let classes: ClassNames
    let sign: SIMD3<Double>

    func position(_ numbers: [Double]) -> SIMD3<Double> { sign * SIMD3(numbers[0], numbers[1], numbers[2]) }

    /// The class of an object with this label; Slicer's own labels ("R-1") say nothing, then the file's name may.
    func label(_ text: String?) throws -> Int {
        if let text, let label = try? classes.label(ofObject: text, source: source) { return label }
        if let label = try? classes.label(ofObject: stem, source: source) { return label }
        return try classes.label(ofObject: text ?? stem, source: source)
    }
}
