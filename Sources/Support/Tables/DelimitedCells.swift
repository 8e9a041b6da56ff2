import Foundation

/// The cells of delimited text by RFC 4180: quoted cells may contain separators and line breaks, and quotes that are doubled.
///
/// Holds where each cell is in the file, not its text. Records whose cells are all blank are left out.
struct DelimitedCells: Sendable {
    private struct Place {
        let start: UInt32
        let end: UInt32
    }

    let separator: UInt8
    private let bytes: Data
    private var places: [Place] = []
    /// Index of the first cell of each record, and the end of the last.
    private var starts: [UInt32] = [0]
    private var lines: [UInt32] = []

    /// - Throws: `Problem` naming the line that is not UTF-8 or whose quotes do not follow RFC 4180.
    init(_ url: URL) throws {
        let data = try Data.file(url)
        guard data.count < UInt32.max else { throw Problem(url, "is larger than 4 GB", remedy: "split the table") }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        bytes = data.starts(with: mark) ? data.dropFirst(mark.count) : data
        separator = bytes.withUnsafeBytes(Self.separator)
        try Self.requireUTF8(bytes, url)
        var parser = Parser(separator: separator)
        try bytes.withUnsafeBytes { raw in
            let breaks = raw.count(where: Parser.isLineBreak)
            places.reserveCapacity(breaks + raw.count { $0 == separator } + 1)
            starts.reserveCapacity(breaks + 2)
            lines.reserveCapacity(breaks + 1)
            while let record = try parser.next(raw, url) {
                guard !record.isBlank else { continue }
                lines.append(UInt32(record.line))
                places += record.cells.map { Place(start: UInt32($0.lowerBound), end: UInt32($0.upperBound)) }
                starts.append(UInt32(places.count))
            }
        }
    }

    /// Number of records.
    var count: Int { lines.count }

    /// The line where a record begins, from 1.
    func line(_ record: Int) -> Int { Int(lines[record]) }

    /// Number of cells of a record.
    func width(_ record: Int) -> Int { Int(starts[record + 1] - starts[record]) }

    func text(_ record: Int, _ cell: Int) -> String {
        let place = places[Int(starts[record]) + cell]
        let text = String(decoding: bytes[bytes.startIndex + Int(place.start)..<bytes.startIndex + Int(place.end)], as: UTF8.self)
        // Only the text of a quoted cell begins after a quote.
        let isQuoted = place.start > 0 && bytes[bytes.startIndex + Int(place.start) - 1] == Parser.quote
        return isQuoted ? text.replacing("\"\"", with: "\"") : text
    }

    /// The separator that is most frequent outside of quotes in the first line that is not blank.
    private static func separator(_ raw: UnsafeRawBufferPointer) -> UInt8 {
        let signs = [",", "\t", ";"].map { UInt8(ascii: $0) }
        var counts = [Int](repeating: 0, count: signs.count)
        var (isQuoted, isBlank) = (false, true)
        for byte in raw {
            if byte == Parser.quote { isQuoted.toggle() }
            if !isQuoted, Parser.isLineBreak(byte) {
                if !isBlank { break }
                counts = counts.map { _ in 0 }
            }
            isBlank = isBlank && (Parser.isBlank(byte) || Parser.isLineBreak(byte))
            if !isQuoted, let sign = signs.firstIndex(of: byte) { counts[sign] += 1 }
        }
        return signs[counts.firstIndex(of: counts.max() ?? 0) ?? 0]
    }

    private static func requireUTF8(_ bytes: Data, _ url: URL) throws {
        func isValid(_ part: Data) -> Bool { String(validating: part, as: UTF8.self) != nil }
        guard !isValid(bytes) else { return }
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        let line = (lines.firstIndex { !isValid($0) } ?? 0) + 1
        throw Problem("\(url.path) line \(line)", "is not UTF-8 text", remedy: "save the table as CSV in UTF-8")
    }
}

/// Finds one record after the other.
private struct Parser {
    struct Record {
        let line: Int
        var cells: [Range<Int>] = []
        var isBlank = true
    }

    static let quote = UInt8(ascii: "\"")
    static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    static func isLineBreak(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }

    let separator: UInt8
    private var position = 0
    private var line = 1

    init(separator: UInt8) { self.separator = separator }

    /// The record at `position`, nil at the end.
    mutating func next(_ raw: UnsafeRawBufferPointer, _ url: URL) throws -> Record? {
        guard position < raw.count else { return nil }
        var record = Record(line: line)
        repeat {
            skipBlanks(raw)
            if position < raw.count, raw[position] == Self.quote {
                record.cells.append(try quoted(raw, url))
                record.isBlank = false
            } else {
                let cell = try plain(raw, url)
                record.cells.append(cell)
                record.isBlank = record.isBlank && cell.isEmpty
            }
        } while isSeparated(raw)
        return record
    }

    /// Passes over the separator or line break at `position`, whether more cells follow.
    private mutating func isSeparated(_ raw: UnsafeRawBufferPointer) -> Bool {
        guard position < raw.count else { return false }
        let byte = raw[position]
        position += 1
        if byte == separator { return true }
        if byte == UInt8(ascii: "\r"), position < raw.count, raw[position] == UInt8(ascii: "\n") { position += 1 }
        line += 1
        return false
    }

    private func isEnd(_ byte: UInt8) -> Bool { byte == separator || Self.isLineBreak(byte) }

    private mutating func skipBlanks(_ raw: UnsafeRawBufferPointer) {
        while position < raw.count, raw[position] != separator, Self.isBlank(raw[position]) { position += 1 }
    }

    /// A cell up to the separator or line break, without the blanks after it.
    private mutating func plain(_ raw: UnsafeRawBufferPointer, _ url: URL) throws -> Range<Int> {
        let start = position
        while position < raw.count, !isEnd(raw[position]) {
            guard raw[position] != Self.quote else {
                throw problem(line, "has a double quote within a cell that does not begin with one", url)
            }
            position += 1
        }
        var end = position
        while end > start, Self.isBlank(raw[end - 1]) { end -= 1 }
        return start..<end
    }

    /// What is between the quotes, with quotes still doubled.
    private mutating func quoted(_ raw: UnsafeRawBufferPointer, _ url: URL) throws -> Range<Int> {
        let first = line
        position += 1
        let start = position
        while position < raw.count {
            let byte = raw[position]
            let follower = position + 1 < raw.count ? raw[position + 1] : 0
            if byte == Self.quote, follower != Self.quote { break }
            if byte == UInt8(ascii: "\n") || (byte == UInt8(ascii: "\r") && follower != UInt8(ascii: "\n")) { line += 1 }
            position += byte == Self.quote ? 2 : 1
        }
        guard position < raw.count else { throw problem(first, "has a double quote that is never closed", url) }
        let end = position
        position += 1
        skipBlanks(raw)
        guard position == raw.count || isEnd(raw[position]) else { throw problem(line, "has text after a closing double quote", url) }
        return start..<end
    }

    private func problem(_ line: Int, _ text: String, _ url: URL) -> Problem {
        Problem("\(url.path) line \(line)", text, remedy: "enclose the whole cell in double quotes and double those within it")
    }
}
