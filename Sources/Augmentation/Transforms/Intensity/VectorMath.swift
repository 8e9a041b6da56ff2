/// Elementary functions of eight numbers at a time, to about 2e-7, for numbers that the transforms meet: neither infinite nor NaN.
///
/// Polynomials on a reduced argument; the C library has no such functions that Swift could call.
package enum VectorMath {
    package typealias Lanes = SIMD8<Float>
    typealias Integers = SIMD8<Int32>

    /// 1.5 · 2²³: a small number that it is added to stands rounded in the low bits of the sum.
    private static var magic: Float { 0x1.8p23 }

    /// The base-2 logarithm of positive, normal numbers.
    @inline(__always)
    static func log2(_ x: Lanes) -> Lanes {
        let (exponent, mantissa) = split(x)
        return exponent + logOfMantissa(mantissa) * 1.442_695_04
    }

    /// The natural logarithm of positive, normal numbers.
    @inline(__always)
    package static func log(_ x: Lanes) -> Lanes {
        let (exponent, mantissa) = split(x)
        return exponent * 0.693_147_18 + logOfMantissa(mantissa)
    }

    /// 2 to the power of `x`, which lies within −126…126.
    @inline(__always)
    static func exp2(_ x: Lanes) -> Lanes {
        let shifted = x + magic
        let rest = x - (shifted - magic)
        let whole = unsafeBitCast(shifted, to: Integers.self) &- Int32(bitPattern: magic.bitPattern)
        let scale = unsafeBitCast((whole &+ 127) &<< 23, to: Lanes.self)
        var value = Lanes(repeating: 1.540_353e-4)
        value = value * rest + 1.333_355_8e-3
        value = value * rest + 9.618_129e-3
        value = value * rest + 5.550_410_9e-2
        value = value * rest + 0.240_226_5
        value = value * rest + 0.693_147_18
        value = value * rest + 1
        return value * scale
    }

    /// `x` to the power of `exponent`; `x` within 0…1.
    @inline(__always)
    package static func pow(_ x: Lanes, _ exponent: Float) -> Lanes {
        let tiny = Lanes(repeating: 1e-30)
        let power = exponent * log2(x.replacing(with: tiny, where: x .< tiny))
        let lowest = Lanes(repeating: -126)
        return exp2(power.replacing(with: lowest, where: power .< lowest))
    }

    /// Sine and cosine of angles within ±π/4.
    @inline(__always)
    package static func sineAndCosine(_ x: Lanes) -> (Lanes, Lanes) {
        let y = x * x
        let sine = x + x * y * (-0.166_666_546 + y * (8.332_160_9e-3 + y * -1.951_529_6e-4))
        let cosine = 1 - 0.5 * y + y * y * (4.166_664_6e-2 + y * (-1.388_731_6e-3 + y * 2.443_315_7e-5))
        return (sine, cosine)
    }

    /// x = m · 2^e with m within √½…√2.
    @inline(__always)
    private static func split(_ x: Lanes) -> (exponent: Lanes, mantissa: Lanes) {
        let bits = unsafeBitCast(x, to: Integers.self)
        // The bits of √½: what is taken off the exponent's bits rounds the mantissa to the range around 1.
        let exponent = (bits &- 0x3F35_04F3) &>> 23
        let mantissa = unsafeBitCast(bits &- (exponent &<< 23), to: Lanes.self)
        let number = unsafeBitCast(exponent &+ Int32(bitPattern: magic.bitPattern), to: Lanes.self) - magic
        return (number, mantissa)
    }

    /// 2 artanh((m − 1) / (m + 1)).
    @inline(__always)
    private static func logOfMantissa(_ m: Lanes) -> Lanes {
        let s = (m - 1) / (m + 1)
        let y = s * s
        return s * (2 + y * (0.666_666_67 + y * (0.4 + y * (0.285_714_29 + y * 0.222_222_22))))
    }
}
