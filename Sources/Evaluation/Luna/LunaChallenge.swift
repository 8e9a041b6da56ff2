import Foundation
import Support

/// What the LUNA16 challenge is scored on: scans, nodules, and findings that count neither way (Setio et al. 2017).
public struct LunaChallenge: Sendable {
    /// A point in the patient, mm.
    struct Finding: Sendable {
        let position: SIMD3<Double>
        /// mm; the challenge's files say −1 where it is not known, which means 10.
        let diameter: Double

        /// Whether `other` is less than the radius away.
        func contains(_ other: SIMD3<Double>) -> Bool {
            let d = position - other
            let radius = (diameter < 0 ? 10 : diameter) / 2
            return d.x * d.x + d.y * d.y + d.z * d.z < radius * radius
        }
    }

    /// A marked point with its score.
    struct Mark: Sendable {
        let position: SIMD3<Double>
        let score: Double
    }

    /// Ids of the scans, in the order of their list.
    public let scans: [String]
    /// By scan, in the order of `scans`.
    let nodules: [[Finding]]
    let excluded: [[Finding]]
    /// Findings of scans that are not listed, which do not count.
    public let strangers: Int
    private let places: [String: Int]
    private let padding: Int?

    /// Reads `annotations.csv`, `annotations_excluded.csv` (seriesuid, coordX, coordY, coordZ, diameter_mm) and `seriesuids.csv` (one id a line).
    ///
    /// - Parameters:
    ///   - annotations: the nodules to be found; coordinates and diameters in mm.
    ///   - excluded: likewise the findings that count neither way.
    ///   - series: the scans that are scored, each once.
    ///   - padding: digits that ids made of digits alone are filled up to with zeros, in all files.
    /// - Throws: `Problem` naming the file and line, or the ids that match no scan.
    public init(annotations: URL, excluded: URL, series: URL, padding: Int? = nil) throws {
        let scans = try Self.scans(series).map { Self.padded($0, padding) }
        let places = Dictionary(scans.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        guard places.count == scans.count else {
            let twice = Dictionary(grouping: scans, by: \.self).filter { $0.value.count > 1 }.keys.sorted()
            throw Problem(series, "lists \(twice.prefix(3).joined(separator: ", ")) twice", remedy: "list each scan once")
        }
        var strangers = 0
        func findings(_ url: URL) throws -> [[Finding]] {
            var findings = [[Finding]](repeating: [], count: scans.count)
            let table = try DelimitedTable(url)
            let id = try table.column("seriesuid")
            let (columns, diameter) = (try Self.coordinates(table), try table.column("diameter_mm"))
            var unknown: [String] = []
            for row in 0..<table.count {
                let name = Self.padded(table.text(row, id), padding)
                guard let place = places[name] else {
                    unknown.append(name)
                    continue
                }
                let size = try table.number(row, diameter)
                guard size > 0 || size == -1 else {
                    throw table.problem(row, "the diameter is \(size), it must be positive, or −1 where it is not known")
                }
                findings[place].append(Finding(position: try Self.position(table, row, columns), diameter: size))
            }
            if table.count > 0, unknown.count == table.count { throw Self.unmatched(url, unknown, scans, padding) }
            strangers += unknown.count
            return findings
        }
        nodules = try findings(annotations)
        self.excluded = try findings(excluded)
        self.scans = scans
        self.places = places
        self.padding = padding
        self.strangers = strangers
    }

    /// Reads a submission (seriesuid, coordX, coordY, coordZ, probability): marks by scan.
    ///
    /// - Throws: `Problem` where an id is none of the scans'.
    func marks(_ url: URL) throws -> [[Mark]] {
        let table = try DelimitedTable(url)
        let (id, columns, score) = (try table.column("seriesuid"), try Self.coordinates(table), try table.column("probability"))
        var marks = [[Mark]](repeating: [], count: scans.count)
        var unknown: [String] = []
        for row in 0..<table.count {
            let name = Self.padded(table.text(row, id), padding)
            guard let place = places[name] else {
                unknown.append(name)
                continue
            }
            marks[place].append(Mark(position: try Self.position(table, row, columns), score: try table.number(row, score)))
        }
        guard unknown.isEmpty else { throw Self.unmatched(url, unknown, scans, padding) }
        return marks
    }

    /// The ids of a list, whose first line may be the column's name.
    private static func scans(_ url: URL) throws -> [String] {
        let table = try DelimitedTable(url, unnamed: ["seriesuid"])
        let column = try table.column("seriesuid")
        let ids = (0..<table.count).map { table.text($0, column) }
        guard !ids.isEmpty else { throw Problem(url, "lists no scan", remedy: "write one series id a line") }
        let hasDigit = { (id: String) in id.contains { $0.isNumber } }
        // A heading of another name would count as a scan without a mark.
        guard ids.count == 1 || hasDigit(ids[0]) || !ids.dropFirst().allSatisfy(hasDigit) else {
            throw table.problem(
                0, "'\(ids[0])' has no digit, unlike all other ids", remedy: "call the column seriesuid, or remove the line")
        }
        return ids
    }

    private static func padded(_ id: String, _ padding: Int?) -> String {
        guard let padding, !id.isEmpty, id.count < padding, id.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return id }
        return String(repeating: "0", count: padding - id.count) + id
    }

    private static func coordinates(_ table: DelimitedTable) throws -> [Int] { try ["coordX", "coordY", "coordZ"].map(table.column) }

    private static func position(_ table: DelimitedTable, _ row: Int, _ columns: [Int]) throws -> SIMD3<Double> {
        SIMD3(try table.number(row, columns[0]), try table.number(row, columns[1]), try table.number(row, columns[2]))
    }

    private static func unmatched(_ url: URL, _ ids: [String], _ scans: [String], _ padding: Int?) -> Problem {
        let unique = Set(ids).sorted()
        let examples = unique.prefix(3).joined(separator: ", ")
        let remedy =
            unique.contains { $0.utf8.allSatisfy { (0x30...0x39).contains($0) } } && padding == nil
            ? "ids of digits alone can be filled up with zeros: --pad-ids \(scans.map(\.count).max() ?? 5)"
            : "use the ids of the list of scans"
        return Problem(
            url,
            "\(unique.count) ids match no listed scan, e.g. \(examples); scans are listed as \(scans.prefix(3).joined(separator: ", "))",
            remedy: remedy)
    }
}
