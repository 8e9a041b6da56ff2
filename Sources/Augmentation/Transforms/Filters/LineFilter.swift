/// Runs along the lines of a C-ordered volume, many lines at a time.
///
/// Lines along axes 0 and 1 are worked on row by row: the rows of axis 2 are contiguous, so that one loop over a row advances all of its
/// lines. Lines along axis 2 are turned into such rows first, 16 at a time.
enum LineFilter {
    typealias Row = UnsafeMutablePointer<Float>

    /// Calls `body` with bundles of lines along `axis`: the first row of the bundle, the distance between rows, and the numbers of rows
    /// (samples of a line) and columns (lines).
    static func forEachBundle(
        of volume: UnsafeMutablePointer<Float>, _ shape: SIMD3<Int>, axis: Int,
        _ body: (_ rows: Row, _ stride: Int, _ count: Int, _ columns: Int) -> Void
    ) {
        switch axis {
        case 0:
            for j in 0..<shape.y { body(volume + j * shape.z, shape.y * shape.z, shape.x, shape.z) }
        case 1:
            for i in 0..<shape.x { body(volume + i * shape.y * shape.z, shape.z, shape.y, shape.z) }
        default:
            let (lines, length, lanes) = (shape.x * shape.y, shape.z, 16)
            let turned = Row.allocate(capacity: length * lanes)
            turned.initialize(repeating: 0, count: length * lanes)
            defer { turned.deallocate() }
            for first in stride(from: 0, to: lines, by: lanes) {
                let width = min(lanes, lines - first)
                for line in 0..<width {
                    let source = volume + (first + line) * length
                    for index in 0..<length { turned[index * lanes + line] = source[index] }
                }
                body(turned, lanes, length, lanes)
                for line in 0..<width {
                    let target = volume + (first + line) * length
                    for index in 0..<length { target[index] = turned[index * lanes + line] }
                }
            }
        }
    }
}
