import Foundation

/// Points in a box that is looked at from above and aside, with labelled edges; every point throws a shadow on the floor.
public struct ScatterPlot3D: Sendable {
    public struct Series: Sendable {
        public var name: String
        public var color: Color
        public var points: [SIMD3<Double>]
        public var radius: Double

        public init(name: String, color: Color, points: [SIMD3<Double>], radius: Double = 3) {
            self.name = name
            self.color = color
            self.points = points
            self.radius = radius
        }
    }

    public var title: String
    public var subtitle: String?
    /// Labels of the axes; the last one points up.
    public var labels: [String]
    public var series: [Series]

    public init(title: String, subtitle: String? = nil, labels: [String], series: [Series]) {
        self.title = title
        self.subtitle = subtitle
        self.labels = labels
        self.series = series
    }

    public func write(to url: URL, width: Double = 720, height: Double = 620) throws {
        try Canvas.draw(to: url, width: width, height: height, scale: 2) { canvas in
            let page = Canvas.Rectangle(x: 0, y: 0, width: width, height: height)
            canvas.fill(page, .white)
            draw(on: canvas, in: page)
        }
    }

    public func draw(on canvas: Canvas, in page: Canvas.Rectangle) {
        let top = Heading(title: title, subtitle: subtitle).draw(on: canvas, in: page)
        let named = series.filter { !$0.points.isEmpty }
        if named.count > 1 {
            Legend(entries: named.map { ($0.name, $0.color) }).draw(on: canvas, x: page.x + 20, y: page.y + top + ChartStyle.tick - 2)
        }
        let axes = (0..<3).map { axis -> Axis in
            let largest = series.flatMap { $0.points.map { $0[axis] } }.max() ?? 1
            return .linear(labels[axis], 0...max(largest, 1e-6), count: 4)
        }
        let view = View(page: page, top: top + 20)
        func place(_ point: SIMD3<Double>) -> (x: Double, y: Double) {
            view.place(SIMD3(axes[0].position(point.x), axes[1].position(point.y), axes[2].position(point.z)))
        }
        drawBox(on: canvas, view, axes)
        for item in named {
            let ends = item.points.map { (foot: place(SIMD3($0.x, $0.y, axes[2].range.lowerBound)), head: place($0)) }
            for end in ends { canvas.circle(x: end.foot.x, y: end.foot.y, radius: item.radius * 0.6, ChartStyle.ink.withAlpha(0.12)) }
        }
        // Far points first.
        for item in named {
            let order = item.points.indices.sorted { depth(item.points[$0], axes) > depth(item.points[$1], axes) }
            for index in order {
                let head = place(item.points[index])
                canvas.circle(x: head.x, y: head.y, radius: item.radius, item.color.withAlpha(0.75))
            }
        }
    }

    private func depth(_ point: SIMD3<Double>, _ axes: [Axis]) -> Double { -axes[0].position(point.x) - axes[1].position(point.y) }

    /// The three faces behind the points, with ticks along the front edges.
    private func drawBox(on canvas: Canvas, _ view: View, _ axes: [Axis]) {
        func line(_ a: SIMD3<Double>, _ b: SIMD3<Double>, _ color: Color) {
            canvas.line([view.place(a), view.place(b)], color, lineWidth: 1)
        }
        for (axis, other, third) in [(0, 1, 2), (1, 0, 2), (2, 0, 1)] {
            for tick in axes[axis].ticks {
                let value = axes[axis].position(tick.value)
                func at(_ second: Double, _ last: Double) -> SIMD3<Double> {
                    var point = SIMD3<Double>()
                    point[axis] = value
                    point[other] = second
                    point[third] = last
                    return point
                }
                // On the floor and a back wall; the height's lines on both back walls.
                line(at(0, 0), at(1, 0), ChartStyle.grid)
                line(at(0, 0), at(0, 1), ChartStyle.grid)
            }
        }
        for (a, b) in [
            (SIMD3<Double>(1, 0, 0), SIMD3<Double>(1, 1, 0)), (SIMD3(0, 1, 0), SIMD3(1, 1, 0)), (SIMD3(0, 1, 0), SIMD3(0, 1, 1)),
        ] { line(a, b, ChartStyle.ink) }
        for tick in axes[0].ticks {
            let foot = view.place(SIMD3(axes[0].position(tick.value), 1, 0))
            canvas.text(tick.text, x: foot.x - 6, y: foot.y + 16, size: ChartStyle.tick, ChartStyle.faint, alignment: .right)
        }
        for tick in axes[1].ticks {
            let foot = view.place(SIMD3(1, axes[1].position(tick.value), 0))
            canvas.text(tick.text, x: foot.x + 6, y: foot.y + 16, size: ChartStyle.tick, ChartStyle.faint)
        }
        for tick in axes[2].ticks {
            let foot = view.place(SIMD3(0, 1, axes[2].position(tick.value)))
            canvas.text(tick.text, x: foot.x - 8, y: foot.y + 4, size: ChartStyle.tick, ChartStyle.faint, alignment: .right)
        }
        let (left, right) = (view.place(SIMD3(0.5, 1, 0)), view.place(SIMD3(1, 0.5, 0)))
        canvas.text(axes[0].label, x: left.x - 48, y: left.y + 58, size: ChartStyle.label, ChartStyle.ink, alignment: .center)
        canvas.text(axes[1].label, x: right.x + 48, y: right.y + 58, size: ChartStyle.label, ChartStyle.ink, alignment: .center)
        let up = view.place(SIMD3(0, 1, 0.5))
        canvas.rotatedText(axes[2].label, x: up.x - 46, y: up.y, size: ChartStyle.label, ChartStyle.ink)
    }

    /// Parallel projection of the unit cube: axis 0 runs to the lower right, axis 1 to the lower left, axis 2 up.
    private struct View {
        let center: (x: Double, y: Double)
        let side: Double

        init(page: Canvas.Rectangle, top: Double) {
            let room = Canvas.Rectangle(x: page.x + 70, y: page.y + top, width: page.width - 120, height: page.height - top - 60)
            side = min(room.width / 1.74, room.height / 1.86)
            center = (room.x + room.width / 2, room.y + side * 0.86)
        }

        func place(_ point: SIMD3<Double>) -> (x: Double, y: Double) {
            let (a, b, c) = (point.x, point.y, point.z)
            return (center.x + (a - b) * 0.86 * side, center.y + (a + b) * 0.45 * side - c * 0.86 * side)
        }
    }
}
