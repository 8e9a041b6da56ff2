import Foundation

/// A table of counts, each cell as dark as its part of its row: which class was taken for which.
public struct MatrixChart: Sendable {
    public var title: String
    public var subtitle: String?
    public var rowLabel: String
    public var columnLabel: String
    public var rows: [String]
    public var columns: [String]
    public var counts: [[Int]]

    public init(
        title: String, subtitle: String? = nil, rowLabel: String, columnLabel: String, rows: [String], columns: [String], counts: [[Int]]
    ) {
        self.title = title
        self.subtitle = subtitle
        self.rowLabel = rowLabel
        self.columnLabel = columnLabel
        self.rows = rows
        self.columns = columns
        self.counts = counts
    }

    public func draw(on canvas: Canvas, in page: Canvas.Rectangle) {
        let top = Heading(title: title, subtitle: subtitle).draw(on: canvas, in: page)
        let size = ChartStyle.tick
        let names = rows.map { shortened($0, to: page.width * 0.28, canvas) }
        let left = 44 + (names.map { canvas.extent(of: $0, size: size).width }.max() ?? 0) + 10
        let area = Canvas.Rectangle(
            x: page.x + left, y: page.y + top + 8, width: page.width - left - 24, height: page.height - top - 8 - 66)
        let (width, height) = (area.width / Double(max(1, columns.count)), area.height / Double(max(1, rows.count)))
        for (i, row) in counts.enumerated() {
            let total = Double(max(1, row.reduce(0, +)))
            for (j, count) in row.enumerated() {
                let cell = Canvas.Rectangle(x: area.x + Double(j) * width, y: area.y + Double(i) * height, width: width, height: height)
                // Nothing that is nothing: the corner of neither has no meaning.
                let isCorner = i == rows.count - 1 && j == columns.count - 1
                let part = Double(count) / total
                canvas.fill(cell, isCorner ? ChartStyle.grid : Color.series(0).withAlpha(0.06 + 0.86 * part))
                canvas.stroke(cell, .white, lineWidth: 2)
                guard !isCorner else { continue }
                let color = part > 0.7 ? Color.white : ChartStyle.ink
                let middle = (cell.x + width / 2, cell.y + height / 2)
                canvas.text("\(count)", x: middle.0, y: middle.1 + (height > 44 ? 0 : 5), size: 15, color, bold: true, alignment: .center)
                if height > 44 {
                    let share = String(format: "%.0f %%", 100 * part)
                    canvas.text(share, x: middle.0, y: middle.1 + 16, size: 11, color, alignment: .center)
                }
            }
            canvas.text(
                names[i], x: area.x - 8, y: area.y + (Double(i) + 0.5) * height + 4, size: size, ChartStyle.ink, alignment: .right)
        }
        for (j, name) in columns.enumerated() {
            canvas.text(
                shortened(name, to: width - 6, canvas), x: area.x + (Double(j) + 0.5) * width, y: area.y + area.height + 18, size: size,
                ChartStyle.ink, alignment: .center)
        }
        canvas.text(
            columnLabel, x: area.x + area.width / 2, y: page.y + page.height - 14, size: ChartStyle.label, ChartStyle.ink,
            alignment: .center)
        canvas.rotatedText(
            rowLabel, x: page.x + 10 + ChartStyle.label, y: area.y + area.height / 2, size: ChartStyle.label, ChartStyle.ink)
    }

    private func shortened(_ name: String, to width: Double, _ canvas: Canvas) -> String {
        Heading.shortened(name, to: width, size: ChartStyle.tick, canvas)
    }
}
