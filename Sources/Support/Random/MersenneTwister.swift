/// MT19937 with the semantics of NumPy's legacy `RandomState`, for splits that must equal scikit-learn's.
public struct MersenneTwister: Sendable {
    private var state = [UInt32](repeating: 0, count: 624)
    private var index = 624

    public init(seed: UInt32) {
        state[0] = seed
        for i in 1..<624 { state[i] = 1_812_433_253 &* (state[i - 1] ^ (state[i - 1] >> 30)) &+ UInt32(i) }
    }

    /// The next 32 random bits.
    public mutating func next() -> UInt32 {
        if index == 624 {
            for i in 0..<624 {
                let y = (state[i] & 0x8000_0000) | (state[(i + 1) % 624] & 0x7FFF_FFFF)
                state[i] = state[(i + 397) % 624] ^ (y >> 1) ^ (y & 1 == 0 ? 0 : 0x9908_B0DF)
            }
            index = 0
        }
        var y = state[index]
        index += 1
        y ^= y >> 11
        y ^= (y << 7) & 0x9D2C_5680
        y ^= (y << 15) & 0xEFC6_0000
        return y ^ (y >> 18)
    }

    /// Uniform integer in 0…maximum by masking and rejection.
    public mutating func integer(upTo maximum: Int) -> Int {
        guard maximum > 0 else { return 0 }
        let mask = UInt32.max >> UInt32(UInt32(maximum).leadingZeroBitCount)
        while true {
            let value = Int(next() & mask)
            if value <= maximum { return value }
        }
    }

    /// A shuffled 0..<count, as `RandomState.permutation`.
    public mutating func permutation(_ count: Int) -> [Int] {
        var indices = Array(0..<count)
        for i in stride(from: count - 1, to: 0, by: -1) { indices.swapAt(i, integer(upTo: i)) }
        return indices
    }
}
