import Foundation

/// Named amounts as bars lying one below the other, so that long names have room.
public struct BarChart: Sendable {
    public var title: String
    public var subtitle: String?
    public var bars: [(name: String, value: Int)]
    public var axis: Axis

    public init(title: String, subtitle: String? = nil, bars: [(name: String, value: Int)], label: String, scale: Axis.Scale = .linear) {
        self.title = title
        self.subtitle = subtitle
        self.bars = bars
        axis = .counts(label, upTo: bars.map(\.value).max() ?? 1, scale: scale)
    }

    /// Writes the chart, as high as the number of bars needs.
    public func write(to url: URL, width: Double = 720) throws {
        let height = 68 + 62 + max(140, Double(bars.count) * 30)
        try Canvas.draw(to: url, width: width, height: height, scale: 2) { canvas in
            let page = Canvas.Rectangle(x: 0, y: 0, width: width, height: height)
            canvas.fill(page, .white)
            draw(on: canvas, in: page)
        }
    }

    public func draw(on canvas: Canvas, in page: Canvas.Rectangle) {
        let top = Heading(title: title, subtitle: subtitle).draw(on: canvas, in: page)
        let longest = page.width * 0.35
        let names = bars.map { Heading.shortened($0.name, to: longest, size: ChartStyle.tick, canvas) }
        let left = 24 + (names.map { canvas.extent(of: $0, size: ChartStyle.tick).width }.max() ?? 0) + 10
        let area = Canvas.Rectangle(x: page.x + left, y: page.y + top, width: page.width - left - 64, height: page.height - top - 58)
        for tick in axis.ticks {
            let place = area.x + axis.position(tick.value) * area.width
            canvas.line([(place, area.y), (place, area.y + area.height)], ChartStyle.grid, lineWidth: 1)
            canvas.text(
                tick.text, x: place, y: area.y + area.height + 8 + ChartStyle.tick, size: ChartStyle.tick, ChartStyle.faint,
                alignment: .center)
        }
        let slot = area.height / Double(max(1, bars.count))
        let thickness = min(slot * 0.7, 34)
        for (index, bar) in bars.enumerated() {
            let middle = area.y + (Double(index) + 0.5) * slot
            let length = bar.value > 0 ? max(0, axis.position(Double(bar.value))) * area.width : 0
            canvas.fill(Canvas.Rectangle(x: area.x, y: middle - thickness / 2, width: length, height: thickness), .series(0))
            let baseline = middle + ChartStyle.tick * 0.36
            canvas.text(names[index], x: area.x - 10, y: baseline, size: ChartStyle.tick, ChartStyle.ink, alignment: .right)
            canvas.text("\(bar.value)", x: area.x + length + 6, y: baseline, size: ChartStyle.tick, ChartStyle.ink)
        }
        canvas.line([(area.x, area.y), (area.x, area.y + area.height)], ChartStyle.ink, lineWidth: 1)
        canvas.text(
            axis.label, x: area.x + area.width / 2, y: page.y + page.height - 14, size: ChartStyle.label, ChartStyle.ink, alignment: .center
        )
    }
}
