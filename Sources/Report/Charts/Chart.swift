import Foundation

/// Two axes with bars, lines or points between them, a title, and a legend where there is more than one thing to tell apart.
///
/// `draw` puts it anywhere on a canvas, `write` makes a picture of it.
public struct Chart: Sendable {
    /// Something drawn between the axes; `name` stands in the legend.
    public struct Layer: Sendable {
        enum Shape: Sendable {
            /// From `lower` to `upper` on the horizontal axis.
            case bars([(lower: Double, upper: Double, height: Double)])
            case line([(x: Double, y: Double)], dash: [Double])
            case points([(x: Double, y: Double)], radius: Double)
            /// Between two lines.
            case band([(x: Double, lower: Double, upper: Double)])
        }

        public var name: String?
        public var color: Color
        let shape: Shape

        /// Bars standing on the horizontal axis.
        public static func bars(
            _ bars: [(lower: Double, upper: Double, height: Double)], _ color: Color = .series(0), name: String? = nil
        ) -> Layer { Layer(name: name, color: color, shape: .bars(bars)) }

        public static func line(
            _ points: [(x: Double, y: Double)], _ color: Color = .series(0), name: String? = nil, dash: [Double] = []
        ) -> Layer { Layer(name: name, color: color, shape: .line(points, dash: dash)) }

        /// The area between two lines, such as an interval.
        public static func band(
            _ points: [(x: Double, lower: Double, upper: Double)], _ color: Color = .series(0), name: String? = nil
        ) -> Layer { Layer(name: name, color: color.withAlpha(0.16), shape: .band(points)) }

        public static func points(
            _ points: [(x: Double, y: Double)], _ color: Color = .series(0), name: String? = nil, radius: Double = 3
        ) -> Layer { Layer(name: name, color: color, shape: .points(points, radius: radius)) }
    }

    public var title: String
    /// A line below the title: how many, of what.
    public var subtitle: String?
    public var x: Axis
    public var y: Axis
    public var layers: [Layer]

    public init(title: String, subtitle: String? = nil, x: Axis, y: Axis, layers: [Layer]) {
        self.title = title
        self.subtitle = subtitle
        self.x = x
        self.y = y
        self.layers = layers
    }

    /// Writes the chart; the file's ending says in which format.
    public func write(to url: URL, width: Double = 720, height: Double = 460) throws {
        try Canvas.draw(to: url, width: width, height: height, scale: 2) { canvas in
            let page = Canvas.Rectangle(x: 0, y: 0, width: width, height: height)
            canvas.fill(page, .white)
            draw(on: canvas, in: page)
        }
    }

    /// Draws the chart within `page`.
    public func draw(on canvas: Canvas, in page: Canvas.Rectangle) {
        let top = Heading(title: title, subtitle: subtitle).draw(on: canvas, in: page)
        let labelWidth = y.ticks.map { canvas.extent(of: $0.text, size: ChartStyle.tick).width }.max() ?? 0
        let left = 16 + ChartStyle.label + 10 + labelWidth + 8
        let lastTick = x.ticks.last.map { canvas.extent(of: $0.text, size: ChartStyle.tick).width / 2 } ?? 0
        let legend = layers.filter { $0.name != nil }
        let key = Legend(entries: legend.map { ($0.name ?? "", $0.color) })
        let legendHeight = legend.isEmpty ? 8 : key.height(within: page.width - left - 20, canvas)
        let area = Canvas.Rectangle(
            x: page.x + left, y: page.y + top + legendHeight, width: page.width - left - max(20, lastTick + 10),
            height: page.height - top - legendHeight - 58)
        key.draw(on: canvas, x: area.x, y: page.y + top + ChartStyle.tick, within: page.width - left - 20)
        drawGrid(on: canvas, area)
        // Points on the border are seen whole.
        canvas.clipped(to: Canvas.Rectangle(x: area.x, y: area.y - 5, width: area.width + 5, height: area.height + 10)) {
            for layer in layers { draw(layer, on: canvas, area) }
        }
        canvas.line([(area.x, area.y + area.height), (area.x + area.width, area.y + area.height)], ChartStyle.ink, lineWidth: 1)
        canvas.line([(area.x, area.y), (area.x, area.y + area.height)], ChartStyle.ink, lineWidth: 1)
        canvas.text(
            x.label, x: area.x + area.width / 2, y: page.y + page.height - 14, size: ChartStyle.label, ChartStyle.ink, alignment: .center)
        canvas.rotatedText(
            y.label, x: page.x + 10 + ChartStyle.label, y: area.y + area.height / 2, size: ChartStyle.label, ChartStyle.ink)
    }

    private func point(_ px: Double, _ py: Double, _ area: Canvas.Rectangle) -> (x: Double, y: Double) {
        (area.x + x.position(px) * area.width, area.y + area.height - y.position(py) * area.height)
    }

    private func drawGrid(on canvas: Canvas, _ area: Canvas.Rectangle) {
        for tick in y.ticks {
            let height = area.y + area.height - y.position(tick.value) * area.height
            canvas.line([(area.x, height), (area.x + area.width, height)], ChartStyle.grid, lineWidth: 1)
            canvas.text(
                tick.text, x: area.x - 8, y: height + ChartStyle.tick * 0.36, size: ChartStyle.tick, ChartStyle.faint, alignment: .right)
        }
        // Names that would run into one another are left out.
        var end = -Double.infinity
        for tick in x.ticks {
            let place = area.x + x.position(tick.value) * area.width
            canvas.line([(place, area.y + area.height), (place, area.y + area.height + 4)], ChartStyle.ink, lineWidth: 1)
            let width = canvas.extent(of: tick.text, size: ChartStyle.tick).width
            guard place - width / 2 > end + 6 else { continue }
            canvas.text(
                tick.text, x: place, y: area.y + area.height + 8 + ChartStyle.tick, size: ChartStyle.tick, ChartStyle.faint,
                alignment: .center)
            end = place + width / 2
        }
    }

    private func draw(_ layer: Layer, on canvas: Canvas, _ area: Canvas.Rectangle) {
        switch layer.shape {
        case .bars(let bars):
            let floor = area.y + area.height
            for bar in bars where bar.height > 0 {
                let corner = point(bar.lower, bar.height, area)
                let right = area.x + x.position(bar.upper) * area.width
                // A hair of space between bars, unless they are hairs themselves.
                let gap = right - corner.x > 4 ? 1.0 : 0
                canvas.fill(
                    Canvas.Rectangle(x: corner.x + gap / 2, y: corner.y, width: max(0.5, right - corner.x - gap), height: floor - corner.y),
                    layer.color)
            }
        case .line(let points, let dash):
            canvas.line(points.map { point($0.x, $0.y, area) }, layer.color, lineWidth: 2, dash: dash)
        case .band(let points):
            canvas.polygon(
                points.map { point($0.x, $0.upper, area) } + points.reversed().map { point($0.x, $0.lower, area) }, layer.color)
        case .points(let points, let radius):
            for item in points {
                let place = point(item.x, item.y, area)
                canvas.circle(x: place.x, y: place.y, radius: radius, layer.color)
            }
        }
    }
}
