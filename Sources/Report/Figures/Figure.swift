import Foundation
import Support

/// A picture that can be drawn in any format: its name without ending, its size in points, and what is on it.
public struct Figure: Sendable {
    public let name: String
    /// What it shows, for those who cannot see it.
    public let description: String
    public let width: Double
    public let height: Double
    private let body: @Sendable (Canvas, Canvas.Rectangle) -> Void

    public init(
        _ name: String, description: String, width: Double = 720, height: Double = 460,
        _ body: @escaping @Sendable (Canvas, Canvas.Rectangle) -> Void
    ) {
        self.name = name
        self.description = description
        self.width = width
        self.height = height
        self.body = body
    }

    public init(_ name: String, _ chart: Chart, width: Double = 720, height: Double = 460) {
        self.init(name, description: chart.title, width: width, height: height) { chart.draw(on: $0, in: $1) }
    }

    /// The picture as a file of this format would hold it.
    public func data(_ format: Canvas.Format) throws -> Data {
        try Canvas.data(format, width: width, height: height, scale: 2) { canvas in
            let page = Canvas.Rectangle(x: 0, y: 0, width: width, height: height)
            canvas.fill(page, .white)
            body(canvas, page)
        }
    }

    /// Writes `<name>.png` and `<name>.svg` into `folder`.
    ///
    /// - Throws: `Problem` naming the file that cannot be written.
    public func write(in folder: URL) throws {
        for format in [Canvas.Format.png, .svg] {
            try AtomicFile.write(data(format), to: folder.appendingPathComponent("\(name).\(format.rawValue)"))
        }
    }

    /// Writes several pictures, some at a time.
    public static func write(_ figures: [Figure], in folder: URL) throws {
        try AtomicFile.createFolder(folder)
        try parallelFor(figures.count) { try figures[$0].write(in: folder) }
    }
}
