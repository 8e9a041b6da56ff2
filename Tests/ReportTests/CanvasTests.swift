import CCairo
import Foundation
import Report
import Support
import TestSupport
import Testing

@Suite struct CanvasTests {
    /// What is drawn, cairo reads from the file: areas of one colour, and an image in which every pixel is another.
    @Test(arguments: [false, true]) func pngHoldsWhatIsDrawn(isImage: Bool) throws {
        let (width, height) = (37, 23)
        var generator = SeededGenerator(seed: 1)
        let colors = (0..<width * height).map { index -> [Int] in
            guard isImage else { return index % width < 20 ? [255, 0, 51] : [0, 102, 204] }
            return (0..<3).map { _ in Int(generator.next() % 256) }
        }
        try withTemporaryFolder { folder in
            let file = folder.appendingPathComponent("picture.png")
            try Canvas.draw(to: file, width: Double(width), height: Double(height)) { canvas in
                for (index, color) in colors.enumerated() {
                    let pixel = Canvas.Rectangle(x: Double(index % width), y: Double(index / width), width: 1, height: 1)
                    canvas.fill(pixel, Color(Double(color[0]) / 255, Double(color[1]) / 255, Double(color[2]) / 255))
                }
            }
            let surface = try #require(cairo_image_surface_create_from_png(file.path))
            defer { cairo_surface_destroy(surface) }
            try #require(cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS)
            #expect(cairo_image_surface_get_width(surface) == width && cairo_image_surface_get_height(surface) == height)
            let pixels = try #require(cairo_image_surface_get_data(surface))
            let stride = Int(cairo_image_surface_get_stride(surface))
            let read = (0..<width * height).map { index -> [Int] in
                let pixel = pixels + index / width * stride + 4 * (index % width)
                return [Int(pixel[2]), Int(pixel[1]), Int(pixel[0])]
            }
            #expect(read == colors)
        }
    }
}
