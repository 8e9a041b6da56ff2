import Foundation

/// Sizes and colours that all charts share.
enum ChartStyle {
    static let title = 17.0
    static let label = 14.0
    static let tick = 12.5
    static let ink = Color(0.15, 0.17, 0.20)
    static let faint = Color(0.35, 0.38, 0.42)
    static let grid = Color(0.89, 0.90, 0.92)
}

extension Color {
    /// Colours of series that are told apart also without red–green vision (Okabe and Ito).
    public static func series(_ index: Int) -> Color {
        let colors = [
            Color(0.00, 0.45, 0.70), Color(0.84, 0.37, 0.00), Color(0.00, 0.62, 0.45), Color(0.80, 0.47, 0.65), Color(0.90, 0.62, 0.00),
            Color(0.34, 0.71, 0.91),
        ]
        return colors[index % colors.count]
    }
}

/// Title and the line below it.
struct Heading {
    let title: String
    let subtitle: String?

    /// Draws at the top of `page`; returns the height that it takes.
    func draw(on canvas: Canvas, in page: Canvas.Rectangle) -> Double {
        canvas.text(title, x: page.x + 20, y: page.y + 32, size: ChartStyle.title, ChartStyle.ink, bold: true)
        guard let subtitle else { return 48 }
        canvas.text(subtitle, x: page.x + 20, y: page.y + 52, size: ChartStyle.tick, ChartStyle.faint)
        return 68
    }
}

/// Names and colours in a row.
struct Legend {
    let entries: [(name: String, color: Color)]

    func draw(on canvas: Canvas, x: Double, y: Double) {
        var x = x
        for (name, color) in entries {
            canvas.fill(Canvas.Rectangle(x: x, y: y - 9, width: 11, height: 11), color)
            canvas.text(name, x: x + 17, y: y, size: ChartStyle.tick, ChartStyle.ink)
            x += 17 + canvas.extent(of: name, size: ChartStyle.tick).width + 22
        }
    }
}
