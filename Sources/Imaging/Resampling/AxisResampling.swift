/// Resampling along one axis, 16 lines at a time: spline coefficients where needed, then four weights per target voxel.
///
/// Coordinates keep the outer sides of the first and the last voxel: source = (target + ½) · (source size / target size) − ½. Beyond its
/// ends
/// a line goes on with its outermost values. (scikit-image, by way of scipy, continues it so by twelve voxels before the spline is fitted
/// and
/// mirrors it there, which differs by less than 1e-7; here the continuation is endless and summed in closed form.) Spec 04, "Resampling".
struct AxisResampling: Sendable {
    /// One voxel of each of 16 lines.
    typealias Lines = SIMD16<Float>

    let interpolation: Interpolation
    /// Voxels before and after.
    let source: Int
    let target: Int
    /// For each target voxel: the first of its four coefficients (counted from two before the first voxel), and their weights.
    private let first: [Int]
    private let weights: [SIMD4<Float>]

    /// Coefficients kept beyond each end.
    static let margin = 2
    /// Pole and gain of the recursive filter that turns samples into coefficients of cubic B-splines.
    private static let pole = 3.0.squareRoot() - 2
    private static let gain = 6.0

    init(_ interpolation: Interpolation, source: Int, target: Int) {
        self.interpolation = interpolation
        self.source = source
        self.target = target
        let scale = Double(source) / Double(target)
        var first: [Int] = []
        var weights: [SIMD4<Float>] = []
        for index in 0..<target {
            let position = (Double(index) + 0.5) * scale - 0.5
            let floor = position.rounded(.down)
            first.append(Int(floor) - 1 + Self.margin)
            weights.append(Self.weights(interpolation, position - floor))
        }
        self.first = first
        self.weights = weights
    }

    /// Weights of the voxels −1, 0, 1, 2 for a point `t` (0 ..< 1) behind voxel 0.
    private static func weights(_ interpolation: Interpolation, _ t: Double) -> SIMD4<Float> {
        let s = 1 - t
        return switch interpolation {
        case .linear: SIMD4(0, Float(s), Float(t), 0)
        case .cubic:
            SIMD4(
                Float(s * s * s / 6), Float((4 - 6 * t * t + 3 * t * t * t) / 6), Float((4 - 6 * s * s + 3 * s * s * s) / 6),
                Float(t * t * t / 6))
        }
    }

    /// Rows that the samples of a line take up in `resample`, with the margins.
    var coefficientCount: Int { source + 2 * Self.margin }

    /// Resamples `groups` × 16 lines.
    ///
    /// - Parameters:
    ///   - coefficients: `coefficientCount` rows of `groups` vectors; the samples stand from row `margin` on; overwritten.
    ///   - results: `target` rows of `groups` vectors.
    ///   - limits: what the results are clipped to.
    func resample(
        _ coefficients: UnsafeMutablePointer<Lines>, into results: UnsafeMutablePointer<Lines>, groups: Int, limits: ClosedRange<Float>
    ) {
        switch interpolation {
        case .linear: extend(coefficients, groups: groups)
        case .cubic: prefilter(coefficients, groups: groups)
        }
        // Comparison and selection become vector instructions; `clamped` of the standard library goes number by number.
        let lower = Lines(repeating: limits.lowerBound)
        let upper = Lines(repeating: limits.upperBound)
        for index in 0..<target {
            let w = weights[index]
            let row = coefficients + first[index] * groups
            let result = results + index * groups
            for group in 0..<groups {
                var value =
                    (row[group] * w.x + row[groups + group] * w.y) + (row[2 * groups + group] * w.z + row[3 * groups + group] * w.w)
                value.replace(with: lower, where: value .< lower)
                value.replace(with: upper, where: value .> upper)
                result[group] = value
            }
        }
    }

    /// Fills the margins with the outermost samples.
    private func extend(_ coefficients: UnsafeMutablePointer<Lines>, groups: Int) {
        for group in 0..<groups {
            let column = coefficients + group
            for row in 0..<Self.margin {
                column[row * groups] = column[Self.margin * groups]
                column[(Self.margin + source + row) * groups] = column[(Self.margin + source - 1) * groups]
            }
        }
    }

    /// Turns the samples into spline coefficients, in place, and fills the margins.
    private func prefilter(_ coefficients: UnsafeMutablePointer<Lines>, groups: Int) {
        let z = Self.pole
        let pole = Lines(repeating: Float(z))
        let gain = Lines(repeating: Float(Self.gain))
        let steadyGain = Float(Self.gain / (1 - z))
        let (margin, count) = (Self.margin, coefficientCount)
        for group in 0..<groups {
            let column = coefficients + group
            let back = column[(margin + source - 1) * groups]
            // Causal: the endless line of the first value has brought the filter to its steady state.
            var state = column[margin * groups] * steadyGain
            for row in 0..<margin { column[row * groups] = state }
            for row in margin..<margin + source {
                state = column[row * groups] * gain + pole * state
                column[row * groups] = state
            }
            for row in margin + source..<count {
                state = back * gain + pole * state
                column[row * groups] = state
            }
            // Anticausal: starts with the sum over the endless line of the last value, along which the causal part tends to its steady
            // state.
            let steady = back * steadyGain
            state = steady * Float(-z / (1 - z)) + (state - steady) * Float(-z / (1 - z * z))
            column[(count - 1) * groups] = state
            for row in stride(from: count - 2, through: 0, by: -1) {
                state = pole * (state - column[row * groups])
                column[row * groups] = state
            }
        }
    }
}
