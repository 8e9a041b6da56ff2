import Support

/// Turns a patch over along each of some axes, each with probability ½.
public struct Mirror: PatchTransform {
    public let axes: [Int]

    public init(axes: [Int]) {
        precondition(axes.allSatisfy { (0..<3).contains($0) }, "array axes are 0, 1, 2")
        self.axes = axes
    }

    public var name: String { "mirror" }

    public func apply(to patch: PatchBuffers, using generator: inout SeededGenerator) -> Bool {
        var turned = (false, false, false)
        for axis in axes where generator.chance(0.5) {
            switch axis {
            case 0: turned.0 = true
            case 1: turned.1 = true
            default: turned.2 = true
            }
        }
        Self.flip(patch.images, volumes: patch.channels, patch.size, turned)
        Self.flip(patch.labels, volumes: 1, patch.size, turned)
        return turned != (false, false, false)
    }

    /// Turns volumes over along the axes that are `turned`, all in one pass: rows change their places and their direction.
    private static func flip<Element: BitwiseCopyable>(
        _ values: UnsafeMutableBufferPointer<Element>, volumes: Int, _ size: SIMD3<Int>, _ turned: (Bool, Bool, Bool)
    ) {
        guard let base = values.baseAddress, turned.0 || turned.1 || turned.2 else { return }
        let rows = size.x * size.y
        for volume in 0..<volumes {
            for row in 0..<rows {
                let (i, j) = (row / size.y, row % size.y)
                let other = (turned.0 ? size.x - 1 - i : i) * size.y + (turned.1 ? size.y - 1 - j : j)
                guard row <= other else { continue }
                let (here, there) = (base + (volume * rows + row) * size.z, base + (volume * rows + other) * size.z)
                if row == other {
                    if turned.2 { reverse(here, size.z) }
                } else if turned.2 {
                    exchangeReversed(here, there, size.z)
                } else {
                    exchange(here, there, size.z)
                }
            }
        }
    }

    @inline(__always)
    private static func reverse<Element: BitwiseCopyable>(_ row: UnsafeMutablePointer<Element>, _ count: Int) {
        for k in 0..<count / 2 { (row[k], row[count - 1 - k]) = (row[count - 1 - k], row[k]) }
    }

    @inline(__always)
    private static func exchange<Element: BitwiseCopyable>(
        _ a: UnsafeMutablePointer<Element>, _ b: UnsafeMutablePointer<Element>, _ count: Int
    ) {
        for k in 0..<count { (a[k], b[k]) = (b[k], a[k]) }
    }

    @inline(__always)
    private static func exchangeReversed<Element: BitwiseCopyable>(
        _ a: UnsafeMutablePointer<Element>, _ b: UnsafeMutablePointer<Element>, _ count: Int
    ) {
        for k in 0..<count { (a[k], b[count - 1 - k]) = (b[count - 1 - k], a[k]) }
    }
}
