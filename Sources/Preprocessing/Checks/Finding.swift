import Core
import Foundation
import Support

/// Something wrong with a case, or with a whole folder of cases.
public struct Finding: Sendable, Equatable {
    /// The case; empty where it concerns no single one.
    public let caseID: String
    public let problem: Problem

    public init(caseID: String = "", _ problem: Problem) {
        self.caseID = caseID
        self.problem = problem
    }
}

/// Everything that is wrong with the data of a task, as a table for people and as a file.
public struct FindingTable: Sendable, Equatable, Encodable {
    /// One line of the table; names of files below the task's folder are relative to it.
    struct Row: Sendable, Equatable, Encodable {
        let caseID: String
        let file: String
        let problem: String
        let remedy: String

        enum CodingKeys: String, CodingKey {
            case file, problem, remedy
            case caseID = "case"
        }
    }

    var formatVersion = 1
    let rows: [Row]

    enum CodingKeys: String, CodingKey {
        case formatVersion = "format_version"
        case rows = "problems"
    }

    public init(_ findings: [Finding], of task: TaskFolder) {
        let root = task.url.path.hasSuffix("/") ? task.url.path : task.url.path + "/"
        rows = findings.map { finding in
            let subject = finding.problem.subject
            return Row(
                caseID: finding.caseID, file: subject.hasPrefix(root) ? String(subject.dropFirst(root.count)) : subject,
                problem: finding.problem.problem, remedy: finding.problem.remedy ?? "")
        }
    }

    /// The table, long texts on several lines.
    public var text: String {
        let names = ["case", "file", "what is wrong", "how to mend it"]
        let cells = rows.map { [[$0.caseID], [$0.file], Self.wrapped($0.problem, 60), Self.wrapped($0.remedy, 44)] }
        let widths = names.indices.map { column in
            max(names[column].count, cells.map { $0[column].map(\.count).max() ?? 0 }.max() ?? 0)
        }
        func line(_ texts: [String]) -> String {
            let padded = zip(texts, widths).map { $0 + String(repeating: " ", count: max(0, $1 - $0.count)) }.joined(separator: "  ")
            return String(padded.reversed().drop { $0 == " " }.reversed())
        }
        var lines = [line(names), line(widths.map { String(repeating: "-", count: $0) })]
        for row in cells {
            for index in 0..<(row.map(\.count).max() ?? 0) { lines.append(line(row.map { index < $0.count ? $0[index] : "" })) }
        }
        return lines.joined(separator: "\n")
    }

    /// `text` in lines of at most `width` characters where its words allow it.
    static func wrapped(_ text: String, _ width: Int) -> [String] {
        var lines: [String] = [""]
        for word in text.split(separator: " ") {
            let last = lines[lines.count - 1]
            if last.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if last.count + 1 + word.count <= width {
                lines[lines.count - 1] = "\(last) \(word)"
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
