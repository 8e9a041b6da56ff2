import Foundation

/// Comma-separated text by RFC 4180: cells that hold commas, quotes or line breaks are quoted.
public struct CSVText: Sendable {
    public private(set) var text = ""

    public init(columns: [String]) { append(columns) }

    /// Adds a record.
    public mutating func append(_ cells: [String]) { text += cells.map(Self.quoted).joined(separator: ",") + "\n" }

    /// Writes the file atomically.
    public func write(to url: URL) throws { try AtomicFile.write(Data(text.utf8), to: url) }

    private static func quoted(_ cell: String) -> String {
        let isPlain = !cell.utf8.contains { $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: "\"") || $0 == 0x0A || $0 == 0x0D }
        // Readers strip the blanks around plain cells.
        guard !isPlain || cell.hasPrefix(" ") || cell.hasSuffix(" ") else { return cell }
        return "\"\(cell.replacing("\"", with: "\"\""))\""
    }
}
