/// One row of the output each.
///
/// Sums across the lanes of a vector wait until a row is done, and are made for many voxels at once then: asked for voxel by voxel, the
/// compiler takes the vectors apart.
extension DeformedSampling {
    typealias Four = SIMD4<Float>

    static func cubic(_ grid: InterpolationGrid, _ taps: RowTaps) {
        let (origin, row, plane, pitch) = (grid.origin, grid.row, grid.plane, taps.pitch)
        let (row2, row3) = (row &* 2, row &* 3)
        let (places, fractions, along0, along1, partial) = (taps.places, taps.fractions, taps.along0, taps.along1, taps.partial)
        for k in 0..<taps.count {
            let place = places[k]
            guard place >= 0 else { continue }
            let start = origin + Int(place)
            let (a, b, c, d) = (along1[k], along1[k &+ pitch], along1[k &+ pitch &* 2], along1[k &+ pitch &* 3])
            @inline(__always) func inPlane(_ start: UnsafePointer<Float>) -> Four {
                four(start) * a + four(start + row) * b + four(start + row2) * c + four(start + row3) * d
            }
            var sum = inPlane(start) * along0[k]
            sum += inPlane(start + plane) * along0[k &+ pitch]
            sum += inPlane(start + plane &* 2) * along0[k &+ pitch &* 2]
            sum += inPlane(start + plane &* 3) * along0[k &+ pitch &* 3]
            store(sum * weights(fractions[k]), partial + k &* 4)
        }
    }

    static func cubicInSlice(_ grid: InterpolationGrid, _ taps: RowTaps) {
        let (origin, row, pitch) = (grid.origin + grid.plane, grid.row, taps.pitch)
        let (places, fractions, along1, partial) = (taps.places, taps.fractions, taps.along1, taps.partial)
        for k in 0..<taps.count {
            let place = places[k]
            guard place >= 0 else { continue }
            let start = origin + Int(place)
            let (a, b, c, d) = (along1[k], along1[k &+ pitch], along1[k &+ pitch &* 2], along1[k &+ pitch &* 3])
            let sum = four(start) * a + four(start + row) * b + four(start + row &* 2) * c + four(start + row &* 3) * d
            store(sum * weights(fractions[k]), partial + k &* 4)
        }
    }

    static func linear(_ grid: InterpolationGrid, _ taps: RowTaps) {
        let (plane, row) = (grid.plane, grid.row)
        let origin = grid.origin + (plane &+ row &+ 1)
        let (places, fractions, along0, along1, partial) = (taps.places, taps.fractions, taps.along0, taps.along1, taps.partial)
        for k in 0..<taps.count {
            let place = places[k]
            guard place >= 0 else { continue }
            let start = origin + Int(place)
            // The pairs along axis 2 of both planes side by side.
            let low = Four(lowHalf: pair(start), highHalf: pair(start + plane))
            let high = Four(lowHalf: pair(start + row), highHalf: pair(start + (plane &+ row)))
            let inPlane = low + along1[k] * (high - low)
            let (t0, t2) = (along0[k], fractions[k])
            store(inPlane * (Four(1 - t0, 1 - t0, t0, t0) * Four(1 - t2, t2, 1 - t2, t2)), partial + k &* 4)
        }
    }

    /// The weights of the four neighbours of a place `t` behind the second of them (cubic B-spline).
    @inline(__always)
    static func weights(_ t: Float) -> Four {
        let cubed = Four(-1, 3, -3, 1) * (1 / 6)
        let squared = Four(0.5, -1, 0.5, 0)
        let linear = Four(-0.5, 0, 0.5, 0)
        let constant = Four(1, 4, 1, 0) * (1 / 6)
        return ((cubed * t + squared) * t + linear) * t + constant
    }

    @inline(__always)
    private static func store(_ value: Four, _ to: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(to).storeBytes(of: value, as: Four.self)
    }

    @inline(__always)
    private static func four(_ place: UnsafePointer<Float>) -> Four { UnsafeRawPointer(place).loadUnaligned(as: Four.self) }

    @inline(__always)
    private static func pair(_ place: UnsafePointer<Float>) -> SIMD2<Float> {
        UnsafeRawPointer(place).loadUnaligned(as: SIMD2<Float>.self)
    }
}
