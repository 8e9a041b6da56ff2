import Support

/// Turns a patch over along each of some axes, each with probability ½.
public struct Mirror: PatchTransform {
    public let axes: [Int]

    public init(axes: [Int]) {
        precondition(axes.allSatisfy { (0..<3).contains($0) }, "array axes are 0, 1, 2")
        self.axes = axes
    }

    public func apply(to patch: inout Patch, using generator: inout SeededGenerator) {
        for axis in axes where generator.chance(0.5) { Self.flip(&patch, axis) }
    }

    /// Turns images and labels over along `axis`.
    static func flip(_ patch: inout Patch, _ axis: Int) {
        patch.images.withUnsafeMutableBufferPointer { flip($0, volumes: patch.channels, patch.size, axis) }
        patch.labels.withUnsafeMutableBufferPointer { flip($0, volumes: 1, patch.size, axis) }
    }

    private static func flip<Element: BitwiseCopyable>(
        _ values: UnsafeMutableBufferPointer<Element>, volumes: Int, _ size: SIMD3<Int>, _ axis: Int
    ) {
        guard let base = values.baseAddress else { return }
        // Blocks of `block` elements lie behind each other `size[axis]` times, and such groups fill the array.
        let block = axis == 0 ? size.y * size.z : axis == 1 ? size.z : 1
        let length = size[axis]
        let group = block * length
        guard group > 0 else { return }
        let groups = stride(from: 0, to: volumes * size.x * size.y * size.z, by: group)
        if axis == 2 {
            for start in groups {
                var row = UnsafeMutableBufferPointer(start: base + start, count: length)
                row.reverse()
            }
            return
        }
        withUnsafeTemporaryAllocation(of: Element.self, capacity: block) { spare in
            guard let spare = spare.baseAddress else { return }
            for start in groups {
                for i in 0..<length / 2 {
                    let low = base + (start + i * block)
                    let high = base + (start + (length - 1 - i) * block)
                    spare.update(from: low, count: block)
                    low.update(from: high, count: block)
                    high.update(from: spare, count: block)
                }
            }
        }
    }
}
