import Boxes
import Core
import Foundation
import Support

/// Boxes in a table: a row for each object.
///
/// Columns: the case (`case`, `case_id`, `seriesuid`, `image` or `file`), the class (`class`, `label`, `class_id` or `category`; not needed
/// with one class), and the box: `x_min … z_max` (in voxels the first and the last one), or its middle and sides (`center_x … size_z`), or a
/// ball (`coordX, coordY, coordZ, diameter_mm`). In a table of predictions (`<case>_boxes.csv`, told by its columns) `x_min … z_max` follow the box
/// rule.
public enum BoxTable {
    private static let cases = ["case", "case_id", "seriesuid", "image", "file"]
    private static let classes = ["class", "label", "class_id", "category"]
    private static let corners = ["x_min", "y_min", "z_min", "x_max", "y_max", "z_max"]
    private static let middles = ["center_x", "center_y", "center_z", "size_x", "size_y", "size_z"]
    private static let balls = ["coordX", "coordY", "coordZ", "diameter_mm"]
    /// The names of columns that are looked for.
    public static let columns = cases + classes + corners + middles + balls

    /// Reads the objects by the name of their case, as it stands in the table.
    ///
    /// - Parameters:
    ///   - url: the table, whose first line names the columns.
    ///   - coordinates: what the boxes are given in.
    ///   - names: classes, which the table calls by name or id.
    ///   - renamed: how the table calls a column, by the names above.
    /// - Throws: `Problem` naming the column that is missing, or the line that cannot be understood.
    public static func read(
        _ url: URL, _ coordinates: BoxCoordinates, classes names: ClassNames, renamed: [String: String] = [:]
    ) throws -> [(name: String, object: AnnotatedObject)] {
        let table = try DelimitedTable(url)
        for (_, column) in renamed.sorted(by: { $0.key < $1.key }) { _ = try table.column(column) }
        func column(_ name: String) throws -> Int? { try table.columnIfPresent(renamed[name] ?? name) }
        func columns(_ names: [String]) throws -> [Int]? {
            let found = try names.compactMap(column)
            return found.count == names.count ? found : nil
        }
        guard let caseColumn = try cases.compactMap(column).first else { throw missing(table, cases[0], "the case") }
        let isPredicted =
            try Self.corners.allSatisfy { renamed[$0] == nil }
            && CasePrediction.columns.allSatisfy { try table.columnIfPresent($0) != nil }
        guard !isPredicted || coordinates == .voxel else {
            throw Problem(
                url, "is a table of predictions, whose x_min … z_max are in voxels, not in mm (\(coordinates.rawValue))",
                remedy: "use --coordinates voxel")
        }
        let classColumn = try classes.compactMap(column).first
        guard classColumn != nil || names.names.count == 1 else { throw missing(table, classes[0], "the class") }
        let (corners, middles, balls) = (try columns(corners), try columns(middles), try columns(balls))
        let all = [corners, middles, balls].compactMap { $0 }
        guard let place = all.first else {
            let begun =
                try [Self.corners, Self.middles, Self.balls].max { a, b in try a.compactMap(column).count < b.compactMap(column).count }
                ?? []
            throw missing(table, try begun.first { try column($0) == nil } ?? "x_min", "the box")
        }
        return try (0..<table.count).map { row in
            let source = table.problem(row, "").subject
            let label = try classColumn.map { try names.label(table.text(row, $0), source: source) } ?? 0
            let numbers = try place.map { try table.number(row, $0) }
            func point(_ first: Int) -> SIMD3<Double> { SIMD3(numbers[first], numbers[first + 1], numbers[first + 2]) }
            let shape: AnnotatedShape
            if corners != nil {
                guard (0..<3).allSatisfy({ numbers[$0] <= numbers[$0 + 3] }) else {
                    throw table.problem(row, "the box ends before it begins", remedy: "check the columns (--columns)")
                }
                // In voxels the last one belongs to the box.
                shape =
                    isPredicted
                    ? object(ofBox: point(0), point(3))
                    : coordinates.box(point(0), coordinates == .voxel ? point(3) + 1 : point(3))
            } else {
                let sizes = middles != nil ? [3, 4, 5] : [3]
                guard sizes.allSatisfy({ numbers[$0] > 0 }) else { throw table.problem(row, "a size is not positive") }
                if middles != nil {
                    let middle = coordinates == .voxel ? point(0) + 0.5 : point(0)
                    shape = coordinates.box(middle - point(3) / 2, middle + point(3) / 2)
                } else {
                    shape = coordinates.ball(point(0), diameter: numbers[3])
                }
            }
            return (table.text(row, caseColumn), AnnotatedObject(shape, label: label, source: source))
        }
    }

    /// The object of a box by the box rule, whose corners are given as x, y, z in voxels.
    private static func object(ofBox lower: SIMD3<Double>, _ upper: SIMD3<Double>) -> AnnotatedShape {
        let box = Box(
            lower: SIMD3(Float(lower.z), Float(lower.y), Float(lower.x)), upper: SIMD3(Float(upper.z), Float(upper.y), Float(upper.x)))
        let bounds = ObjectBounds(box, dimension: 3)
        return .voxels(lower: bounds.lower, upper: bounds.upper)
    }

    /// That there is no such column, with what to do.
    private static func missing(_ table: DelimitedTable, _ column: String, _ what: String) -> any Error {
        do {
            _ = try table.column(column)
        } catch let problem as Problem {
            return Problem(problem.subject, problem.problem, remedy: "say which column holds \(what): --columns \(column)=<its name>")
        } catch {
            return error
        }
        return Problem(table.url, "has the column '\(column)'")
    }
}
