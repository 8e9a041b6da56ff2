import Foundation

/// A table of text by RFC 4180 whose first line names the columns. Cells are separated by commas, semicolons or tabs.
///
/// Names of columns are found whatever their case; blanks around cells that are not quoted do not count.
public struct DelimitedTable: Sendable {
    public let url: URL
    /// Names of the columns in lower case.
    private let names: [String]
    private let cells: DelimitedCells
    /// The record of the first row.
    private let first: Int

    /// - Parameters:
    ///   - url: the file, in UTF-8.
    ///   - unnamed: the columns of a file whose first line need not name them.
    /// - Throws: `Problem` where the file cannot be read, is empty, a line has more or fewer cells than there are columns, or its quotes do not
    ///   follow RFC 4180.
    public init(_ url: URL, unnamed: [String] = []) throws {
        self.url = url
        cells = try DelimitedCells(url)
        guard cells.count > 0 else {
            throw Problem(url, "is empty", remedy: unnamed.isEmpty ? "its first line must name the columns" : nil)
        }
        let (wanted, cells) = (unnamed.map { $0.lowercased() }, cells)
        let header = (0..<cells.width(0)).map { cells.text(0, $0).trimmingCharacters(in: .whitespaces).lowercased() }
        let isNamed = wanted.allSatisfy(header.contains)
        names = isNamed ? header : wanted
        first = isNamed ? 1 : 0
        for record in first..<cells.count {
            let width = cells.width(record)
            guard width >= names.count, (names.count..<width).allSatisfy({ cells.text(record, $0).isEmpty }) else {
                throw Problem(
                    "\(url.path) line \(cells.line(record))",
                    "has \(width) cells, \(isNamed ? "the first line has \(names.count)" : "there are \(names.count) columns: \(unnamed.joined(separator: ", "))")",
                    remedy: width > names.count ? "use decimal points, and double quotes around cells that contain the separator" : nil)
            }
        }
    }

    public var count: Int { cells.count - first }

    /// The place of a column.
    ///
    /// - Throws: `Problem` listing the columns that there are, or where there are two of the name.
    public func column(_ name: String) throws -> Int {
        guard let place = try columnIfPresent(name) else {
            throw Problem(url, "has no column '\(name)'; there are \(names.joined(separator: ", "))")
        }
        return place
    }

    /// The place of a column, nil where there is none.
    ///
    /// - Throws: `Problem` where there are two of the name.
    public func columnIfPresent(_ name: String) throws -> Int? {
        let wanted = name.lowercased()
        let places = names.indices.filter { names[$0] == wanted }
        guard places.count < 2 else { throw Problem(url, "has \(places.count) columns '\(name)'", remedy: "rename or remove the others") }
        return places.first
    }

    public func text(_ row: Int, _ column: Int) -> String { cells.text(first + row, column) }

    public func number(_ row: Int, _ column: Int) throws -> Double {
        let text = text(row, column)
        guard let value = Double(text.trimmingCharacters(in: .whitespaces)), value.isFinite else {
            throw problem(row, "'\(text)' is not a number, column '\(names[column])' needs one")
        }
        return value
    }

    public func integer(_ row: Int, _ column: Int) throws -> Int {
        let text = text(row, column)
        if let value = Int(text.trimmingCharacters(in: .whitespaces)) { return value }
        // Tables that went through a spreadsheet hold 3.0.
        guard case let number = try number(row, column), abs(number) <= 0x1p53, let value = Int(exactly: number) else {
            throw problem(row, "'\(text)' is not a whole number, column '\(names[column])' needs one")
        }
        return value
    }

    /// A problem of the line where `row` begins.
    public func problem(_ row: Int, _ problem: String, remedy: String? = nil) -> Problem {
        Problem("\(url.path) line \(cells.line(first + row))", problem, remedy: remedy)
    }
}
