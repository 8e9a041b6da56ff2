/// The pixels inside a closed line of pixels.
package enum ContourFilling {
    /// The pixels on the line itself, and those that it keeps from the outside.
    ///
    /// - Parameter points: the line, pixel by pixel or corner by corner; its end is joined to its beginning.
    package static func pixels(_ points: [SIMD2<Int>]) -> (line: Set<SIMD2<Int>>, inside: Set<SIMD2<Int>>) {
        guard let first = points.first else { return ([], []) }
        var line: Set<SIMD2<Int>> = []
        for (a, b) in zip(points, points.dropFirst() + [first]) { draw(a, b, into: &line) }
        let lower = line.reduce(first) { pointwiseMin($0, $1) } &- 1
        let upper = line.reduce(first) { pointwiseMax($0, $1) } &+ 1
        // What can be reached from a corner of the frame around the line, over sides, is outside; a line of neighbouring pixels stops that.
        var outside: Set<SIMD2<Int>> = [lower]
        var front = [lower]
        while let pixel = front.popLast() {
            for step in [SIMD2(1, 0), SIMD2(-1, 0), SIMD2(0, 1), SIMD2(0, -1)] {
                let next = pixel &+ step
                guard next.x >= lower.x, next.y >= lower.y, next.x <= upper.x, next.y <= upper.y, !line.contains(next),
                    outside.insert(next).inserted
                else { continue }
                front.append(next)
            }
        }
        var inside: Set<SIMD2<Int>> = []
        for y in lower.y...upper.y {
            for x in lower.x...upper.x where !line.contains(SIMD2(x, y)) && !outside.contains(SIMD2(x, y)) { inside.insert(SIMD2(x, y)) }
        }
        return (line, inside)
    }

    /// Pixels of the rectangle that `pixels` looks at.
    static func area(_ points: [SIMD2<Int>]) -> Int {
        guard let first = points.first else { return 0 }
        let lower = points.reduce(first) { pointwiseMin($0, $1) }
        let size = points.reduce(first) { pointwiseMax($0, $1) } &- lower &+ 3
        return size.x * size.y
    }

    /// The pixels from `a` to `b`, of which each is a neighbour of the one before.
    private static func draw(_ a: SIMD2<Int>, _ b: SIMD2<Int>, into line: inout Set<SIMD2<Int>>) {
        let difference = b &- a
        let steps = max(abs(difference.x), abs(difference.y), 1)
        for step in 0...steps {
            let share = Double(step) / Double(steps)
            line.insert(
                SIMD2(
                    a.x + Int((Double(difference.x) * share).rounded()), a.y + Int((Double(difference.y) * share).rounded())))
        }
    }
}
