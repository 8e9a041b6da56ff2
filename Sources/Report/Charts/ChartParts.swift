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

    /// From dark to light, for series that have an order; `part` 0…1.
    public static func ordered(_ part: Double) -> Color {
        let (dark, light) = (Color(0.03, 0.19, 0.42), Color(0.47, 0.76, 0.93))
        func mixed(_ a: Double, _ b: Double) -> Double { a + (b - a) * min(max(part, 0), 1) }
        return Color(mixed(dark.red, light.red), mixed(dark.green, light.green), mixed(dark.blue, light.blue))
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

    /// `text`, cut off with an ellipsis where it is wider than `width`.
    static func shortened(_ text: String, to width: Double, size: Double, _ canvas: Canvas) -> String {
        guard canvas.extent(of: text, size: size).width > width else { return text }
        var short = text
        while !short.isEmpty, canvas.extent(of: short + "…", size: size).width > width { short.removeLast() }
        return short + "…"
    }
}

/// Names and colours in a row, or in several where one is too short.
struct Legend {
    let entries: [(name: String, color: Color)]
    private static let rowHeight = ChartStyle.tick + 7

    /// The height that `draw` takes, with a little air below.
    func height(within width: Double, _ canvas: Canvas) -> Double {
        entries.isEmpty ? 0 : Double((places(within: width, canvas).last?.row ?? 0) + 1) * Self.rowHeight + 5
    }

    /// Draws with the base line of the first row at `y`.
    func draw(on canvas: Canvas, x: Double, y: Double, within width: Double = .infinity) {
        for (entry, place) in zip(entries, places(within: width, canvas)) {
            let (left, base) = (x + place.x, y + Double(place.row) * Self.rowHeight)
            canvas.fill(Canvas.Rectangle(x: left, y: base - 9, width: 11, height: 11), entry.color)
            canvas.text(entry.name, x: left + 17, y: base, size: ChartStyle.tick, ChartStyle.ink)
        }
    }

    private func places(within width: Double, _ canvas: Canvas) -> [(x: Double, row: Int)] {
        var (x, row) = (0.0, 0)
        return entries.map { entry in
            let extent = 17 + canvas.extent(of: entry.name, size: ChartStyle.tick).width
            if x > 0, x + extent > width { (x, row) = (0, row + 1) }
            defer { x += extent + 22 }
            return (x, row)
        }
    }
}
