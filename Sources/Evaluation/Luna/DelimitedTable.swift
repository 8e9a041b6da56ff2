import Foundation
import Support

/// A table of text, its cells parted by commas or tabs, with the names of its columns in the first line.
struct DelimitedTable {
    let url: URL
    private let columns: [String: Int]
    private let rows: [(line: Int, cells: [Substring])]

    /// - Throws: `Problem` where the file cannot be read, is empty, or a line has fewer cells than the first.
    init(_ url: URL) throws {
        let text = String(decoding: try Data.file(url), as: UTF8.self)
        var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
            .filter { !$0.element.allSatisfy(\.isWhitespace) }.makeIterator()
        guard let header = lines.next() else { throw Problem(url, "is empty", remedy: "its first line must name the columns") }
        let separator: Character = header.element.contains("\t") ? "\t" : ","
        func cells(_ line: Substring) -> [Substring] { line.split(separator: separator, omittingEmptySubsequences: false) }
        let names = cells(header.element).map { $0.trimmingCharacters(in: .whitespaces.union(["\u{FEFF}", "\""])).lowercased() }
        self.url = url
        columns = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
        var rows: [(Int, [Substring])] = []
        while let line = lines.next() {
            let parts = cells(line.element)
            guard parts.count >= names.count else {
                throw Problem("\(url.path) line \(line.offset + 1)", "has \(parts.count) cells, the first line has \(names.count)")
            }
            rows.append((line.offset + 1, parts))
        }
        self.rows = rows
    }

    var count: Int { rows.count }

    /// The place of a column.
    ///
    /// - Throws: `Problem` listing the columns that there are.
    func column(_ name: String) throws -> Int {
        guard let place = columns[name.lowercased()] else {
            let present = columns.sorted { $0.value < $1.value }.map(\.key).joined(separator: ", ")
            throw Problem(url, "has no column '\(name)'; there are \(present)")
        }
        return place
    }

    func text(_ row: Int, _ column: Int) -> String {
        rows[row].cells[column].trimmingCharacters(in: .whitespaces.union(["\""]))
    }

    func number(_ row: Int, _ column: Int) throws -> Double {
        let text = text(row, column)
        guard let value = Double(text), value.isFinite else {
            throw Problem("\(url.path) line \(rows[row].line)", "'\(text)' is not a number")
        }
        return value
    }
}
