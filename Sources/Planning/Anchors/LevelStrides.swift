/// Factors by which the anchors of each decoder level exceed the base anchors (spec 03 §5.4), per level and axis.
package enum LevelStrides {
    /// - Parameters:
    ///   - strides: strides of the encoder, one per step down.
    ///   - decoderLevels: resolutions with detection heads, fine to coarse.
    ///
    /// Relative strides of the chosen levels, multiplied up and divided by the first stride of the encoder. Where the axes do not start
    /// alike the first level's factor is therefore not 1; the anchor search works on the same factors.
    package static func factors(strides: [[Int]], decoderLevels: [Int]) -> [[Double]] {
        let dim = strides.first?.count ?? 3
        guard let first = strides.first else { return decoderLevels.map { _ in Array(repeating: 1, count: dim) } }
        let relative = [Array(repeating: 1, count: dim)] + strides
        var product = Array(repeating: 1, count: dim)
        return decoderLevels.map { level in
            product = zip(product, relative[level]).map { $0 * $1 }
            return zip(product, first).map { Double($0) / Double($1) }
        }
    }
}
