import Foundation

/// Text that becomes part of a page of HTML.
enum HTML {
    /// `text` with the characters that mean something in HTML written out.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.append(character)
            }
        }
        return result
    }

    /// A picture within the page.
    static func image(_ data: Data, type: String, description: String, width: Double? = nil, height: Double? = nil) -> String {
        let size = width.flatMap { width in height.map { " width=\"\(Int(width))\" height=\"\(Int($0))\"" } } ?? ""
        return "<img\(size) alt=\"\(escaped(description))\" src=\"data:\(type);base64,\(data.base64EncodedString())\">"
    }

    /// A cell of a table.
    struct Cell {
        let text: String
        /// What the column is sorted by; the text where there is none.
        var value: Double?
        /// In a smaller face below.
        var note: String?
    }

    /// A table whose rows can be sorted by clicking on the head of a column.
    static func table(id: String, caption: String, head: [String], rows: [[Cell]]) -> String {
        var lines = ["<div class=\"scroll\"><table id=\"\(id)\" class=\"sortable\"><caption>\(escaped(caption))</caption><thead><tr>"]
        lines += head.map { "<th scope=\"col\" aria-sort=\"none\"><button type=\"button\">\(escaped($0))</button></th>" }
        lines.append("</tr></thead><tbody>")
        for row in rows {
            let cells = row.enumerated().map { index, cell in
                let sorting = cell.value.map { " data-value=\"\($0)\"" } ?? ""
                let note = cell.note.map { "<span class=\"note\">\(escaped($0))</span>" } ?? ""
                return index == 0
                    ? "<th scope=\"row\">\(escaped(cell.text))\(note)</th>" : "<td\(sorting)>\(escaped(cell.text))\(note)</td>"
            }
            lines.append("<tr>\(cells.joined())</tr>")
        }
        lines.append("</tbody></table></div>")
        return lines.joined(separator: "\n")
    }
}
