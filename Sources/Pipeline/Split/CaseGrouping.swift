import Core
import Foundation
import Support

/// Which cases of a task belong together, for example because they are of one patient.
public enum CaseGrouping: Sendable, Equatable {
    /// Every case stands for itself.
    case none
    /// What the first capture of a regular expression matches in the case id, or the whole match where it has none.
    case pattern(String)
    /// A file that gives the group of each case: JSON (`{"case": "group"}`) or CSV (the columns `case` and `group`, or two columns without a header).
    case file(URL)

    /// The group of each of `ids`; empty for `none`.
    ///
    /// - Throws: `Problem` where the pattern is no regular expression or the file cannot be understood, and where a case is in no group.
    func groups(of ids: [String]) throws -> [String: String] {
        switch self {
        case .none: return [:]
        case .pattern(let pattern): return try Self.matches(pattern, ids)
        case .file(let url):
            let groups = url.pathExtension.lowercased() == "json" ? try Self.readJSON(url) : try Self.readCSV(url)
            if let missing = ids.first(where: { groups[$0] == nil }) {
                throw Problem(
                    url, "gives no group for case \(missing) (\(ids.count { groups[$0] == nil }) of \(ids.count) cases have none)",
                    remedy: "list every case; ids are file names without modality and ending")
            }
            let known = Set(ids)
            return groups.filter { known.contains($0.key) }
        }
    }

    private static func matches(_ pattern: String, _ ids: [String]) throws -> [String: String] {
        let expression: Regex<AnyRegexOutput>
        do { expression = try Regex(pattern) } catch {
            throw Problem("pattern '\(pattern)'", "is not a regular expression", remedy: "for example '^(patient[0-9]+)_'")
        }
        return try ids.reduce(into: [:]) { groups, id in
            guard let match = try? expression.firstMatch(in: id) else {
                throw Problem("pattern '\(pattern)'", "does not match case \(id)", remedy: "it must match a part of every case id")
            }
            let capture = match.count > 1 ? match[1].substring : match[0].substring
            guard let capture else {
                throw Problem("pattern '\(pattern)'", "captures nothing in case \(id)", remedy: "make its group match in every case id")
            }
            groups[id] = String(capture)
        }
    }

    private static func readJSON(_ url: URL) throws -> [String: String] {
        guard case .map(let map) = try Document.read(url) else {
            throw Problem(url, "must be a map of case to group", remedy: "write {\"case_1\": \"patient_a\", …}")
        }
        return try map.mapValues { value in
            switch value {
            case .text(let text): return text
            case .integer(let number): return String(number)
            default: throw Problem(url, "a group is \(value.kind), it must be text or an integer")
            }
        }
    }

    private static func readCSV(_ url: URL) throws -> [String: String] {
        let table = try DelimitedTable(url, unnamed: ["case", "group"])
        let (caseColumn, groupColumn) = (try table.column("case"), try table.column("group"))
        return try (0..<table.count).reduce(into: [:]) { groups, row in
            let (id, group) = (table.text(row, caseColumn), table.text(row, groupColumn))
            guard !id.isEmpty, !group.isEmpty else {
                throw table.problem(row, "has no \(id.isEmpty ? "case" : "group")", remedy: "write lines such as case_1,patient_a")
            }
            guard groups.updateValue(group, forKey: id) == nil else {
                throw table.problem(row, "names case \(id) a second time", remedy: "leave one of the lines")
            }
        }
    }
}
