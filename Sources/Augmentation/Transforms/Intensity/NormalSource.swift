import Support

/// Standard normal numbers, sixteen at a time: Box and Muller's method on eight generators (xoshiro128++) side by side.
struct NormalSource {
    typealias Lanes = SIMD8<Float>
    private typealias Words = SIMD8<UInt32>
    private var state: (Words, Words, Words, Words)

    /// Seeded from `generator`, which moves on.
    init(_ generator: inout SeededGenerator) {
        func words() -> Words { Words((0..<8).map { _ in UInt32(truncatingIfNeeded: generator.next() >> 32) }) }
        state = (words(), words(), words(), words())
        // Of all states only the one of zeros alone is never left.
        state.0 |= 1
    }

    /// Two vectors of independent numbers.
    @inline(__always)
    mutating func next() -> (Lanes, Lanes) {
        let (first, second) = (word(), word())
        // Within (0, 1], so that the logarithm is finite.
        let uniform = 2 - unsafeBitCast((first &>> 9) | 0x3F80_0000, to: Lanes.self)
        let logarithm = VectorMath.log(uniform)
        let radius = (-2 * logarithm).squareRoot()
        // An angle within ±45°, and bits that choose one of the four quarters of the circle.
        let turn = unsafeBitCast((second &>> 9) | 0x3F80_0000, to: Lanes.self) - 1.5
        let (sine, cosine) = VectorMath.sineAndCosine(turn * (Float.pi / 2))
        let sign = (second & 1) &<< 31
        let along = radius * unsafeBitCast(unsafeBitCast(cosine, to: Words.self) ^ sign, to: Lanes.self)
        let across = radius * sine
        let isExchanged = (second & 2) .== 2
        return (along.replacing(with: across, where: isExchanged), across.replacing(with: along, where: isExchanged))
    }

    @inline(__always)
    private mutating func word() -> Words {
        func rotated(_ x: Words, _ by: UInt32) -> Words { (x &<< by) | (x &>> (32 - by)) }
        let result = rotated(state.0 &+ state.3, 7) &+ state.0
        let shifted = state.1 &<< 9
        state.2 ^= state.0
        state.3 ^= state.1
        state.1 ^= state.2
        state.0 ^= state.3
        state.2 ^= shifted
        state.3 = rotated(state.3, 11)
        return result
    }
}
