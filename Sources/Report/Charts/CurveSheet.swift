import Foundation
import Support

/// Several charts of one page, in rows of up to three.
public struct CurveSheet: Sendable {
    public var title: String
    public var charts: [Chart]

    public init(title: String, _ charts: [Chart]) {
        self.title = title
        self.charts = charts
    }

    private static let header = 44.0

    /// Writes the page; the file's ending says in which format.
    public func write(to url: URL, chartWidth: Double = 420, chartHeight: Double = 320) throws {
        let columns = max(1, min(3, charts.count))
        let rows = max(1, (charts.count + columns - 1) / columns)
        let (width, height) = (Double(columns) * chartWidth, Self.header + Double(rows) * chartHeight)
        try Canvas.draw(to: url, width: width, height: height, scale: 2) { canvas in
            canvas.fill(.init(x: 0, y: 0, width: width, height: height), .white)
            canvas.text(title, x: 20, y: 30, size: 16, .black, bold: true)
            for (index, chart) in charts.enumerated() {
                let (row, column) = index.quotientAndRemainder(dividingBy: columns)
                chart.draw(
                    on: canvas,
                    in: .init(
                        x: Double(column) * chartWidth, y: Self.header + Double(row) * chartHeight, width: chartWidth, height: chartHeight))
            }
        }
    }
}
