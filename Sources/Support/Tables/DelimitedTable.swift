import Foundation

/// A table of text, its cells parted by commas, semicolons or tabs, with the names of its columns in the first line.
///
/// Cells may stand in double quotes, and then hold separators; names of columns are found whatever their case.
public struct DelimitedTable: Sendable {
    public let url: URL
    private let columns: [String: Int]
    private let rows: [(line: Int, cells: [String])]

    /// - Throws: `Problem` where the file cannot be read, is empty, or a line has fewer cells than the first.
    public init(_ url: URL) throws {
        let text = String(decoding: try Data.file(url), as: UTF8.self)
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
            .filter { !$0.element.allSatisfy(\.isWhitespace) }.makeIterator()
        guard let header = lines.next() else { throw Problem(url, "is empty", remedy: "its first line must name the columns") }
        // The one of them that parts the most names.
        let counts: [(separator: Character, count: Int)] = [",", "\t", ";"].map { sign in (sign, header.element.count { $0 == sign }) }
        let separator = counts.max { $0.count < $1.count }?.separator ?? ","
        let names = Self.cells(header.element.drop { $0 == "\u{FEFF}" }, separator).map { $0.lowercased() }
        self.url = url
        columns = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        var rows: [(Int, [String])] = []
        while let line = lines.next() {
            let parts = Self.cells(line.element, separator)
            guard parts.count >= names.count else {
                throw Problem("\(url.path) line \(line.offset + 1)", "has \(parts.count) cells, the first line has \(names.count)")
            }
            rows.append((line.offset + 1, parts))
        }
        self.rows = rows
    }

    public var count: Int { rows.count }

    /// The place of a column.
    ///
    /// - Throws: `Problem` listing the columns that there are.
    public func column(_ name: String) throws -> Int {
        guard let place = columns[name.lowercased()] else {
            let present = columns.sorted { $0.value < $1.value }.map(\.key).joined(separator: ", ")
            throw Problem(url, "has no column '\(name)'; there are \(present)")
        }
        return place
    }

    public func text(_ row: Int, _ column: Int) -> String { rows[row].cells[column] }

    public func number(_ row: Int, _ column: Int) throws -> Double {
        let text = text(row, column)
        guard let value = Double(text), value.isFinite else { throw problem(row, "'\(text)' is not a number") }
        return value
    }

    public func integer(_ row: Int, _ column: Int) throws -> Int {
        // Tables that went through a spreadsheet hold 3.0.
        guard let value = Int(exactly: try number(row, column)) else {
            throw problem(row, "'\(text(row, column))' is not a whole number")
        }
        return value
    }

    /// A problem of the line in which `row` stands.
    public func problem(_ row: Int, _ problem: String, remedy: String? = nil) -> Problem {
        Problem("\(url.path) line \(rows[row].line)", problem, remedy: remedy)
    }

    /// The cells of a line, without the quotes and blanks around them.
    private static func cells(_ line: Substring, _ separator: Character) -> [String] {
        guard line.contains("\"") else {
            return line.split(separator: separator, omittingEmptySubsequences: false).map { $0.trimmingCharacters(in: .whitespaces) }
        }
        var cells = [""]
        var isQuoted = false
        for character in line {
            switch character {
            case "\"": isQuoted.toggle()
            case separator where !isQuoted: cells.append("")
            default: cells[cells.count - 1].append(character)
            }
        }
        return cells.map { $0.trimmingCharacters(in: .whitespaces) }
    }
}
