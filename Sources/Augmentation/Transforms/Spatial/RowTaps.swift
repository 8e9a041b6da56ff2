/// What the voxels of a piece of a row of the output read from a grid: where, and with which weights.
final class RowTaps {
    var count: Int { positions.count }
    /// Distances between the weights of one voxel.
    let pitch: Int
    /// The voxel's place in the grid, negative where it lies outside of the volume.
    let places: UnsafeMutablePointer<Int32>
    /// Weights of the four neighbours along axes 0 and 1 (cubic), or fractions (linear).
    let along0: UnsafeMutablePointer<Float>
    let along1: UnsafeMutablePointer<Float>
    /// Four summands of each voxel's value.
    let partial: UnsafeMutablePointer<Float>
    private let positions: RowPositions
    private let isCubic: Bool

    /// Fractions along axis 2.
    var fractions: UnsafeMutablePointer<Float> { positions.fractions + 2 * pitch }

    init(_ positions: RowPositions, isCubic: Bool) {
        self.positions = positions
        self.isCubic = isCubic
        pitch = positions.pitch
        places = .allocate(capacity: pitch)
        places.initialize(repeating: 0, count: pitch)
        along0 = .allocate(capacity: 8 * pitch)
        along0.initialize(repeating: 0, count: 8 * pitch)
        along1 = along0 + 4 * pitch
        partial = .allocate(capacity: 4 * pitch)
        partial.initialize(repeating: 0, count: 4 * pitch)
    }

    deinit {
        places.deallocate()
        along0.deallocate()
        partial.deallocate()
    }

    /// Computes the piece that `positions` stands at.
    func update(for grid: InterpolationGrid) {
        let (plane, row) = (Int32(truncatingIfNeeded: grid.plane), Int32(truncatingIfNeeded: grid.row))
        let floors = positions.floors
        for k in stride(from: 0, to: pitch, by: 8) {
            let (x, y, z) = (integers(floors, k), integers(floors, k &+ pitch), integers(floors, k &+ pitch &* 2))
            // The sign of axis 0 says that a voxel lies outside.
            UnsafeMutableRawPointer(places + k).storeBytes(
                of: (x &* plane &+ y &* row &+ z) & Int32.max | (x & Int32.min), as: SIMD8<Int32>.self)
        }
        if isCubic {
            weigh(positions.fractions, along0)
            weigh(positions.fractions + pitch, along1)
        } else {
            along0.update(from: positions.fractions, count: pitch)
            along1.update(from: positions.fractions + pitch, count: pitch)
        }
    }

    /// Adds up the summands of the voxels inside, and gives `fill` to the others.
    func sum(fill: Float, into result: UnsafeMutablePointer<Float>) {
        var k = 0
        while k &+ 4 <= count {
            let sums = sums(k)
            let outside = UnsafeRawPointer(places + k).loadUnaligned(as: SIMD4<Int32>.self) .< 0
            UnsafeMutableRawPointer(result + k).storeBytes(of: sums.replacing(with: fill, where: outside), as: SIMD4<Float>.self)
            k &+= 4
        }
        guard k < count else { return }
        let rest = sums(k)
        for index in k..<count { result[index] = places[index] < 0 ? fill : rest[index - k] }
    }

    /// Those of voxels `k` … `k` + 3.
    @inline(__always)
    private func sums(_ k: Int) -> SIMD4<Float> {
        let summands = UnsafeRawPointer(partial + k &* 4).loadUnaligned(as: SIMD16<Float>.self)
        let pairs = summands.evenHalf + summands.oddHalf
        return pairs.evenHalf + pairs.oddHalf
    }

    private func weigh(_ fractions: UnsafeMutablePointer<Float>, _ weights: UnsafeMutablePointer<Float>) {
        for k in stride(from: 0, to: pitch, by: 8) {
            let t = UnsafeRawPointer(fractions + k).loadUnaligned(as: SIMD8<Float>.self)
            let s = 1 - t
            let (tt, ss) = (t * t, s * s)
            let sixth: Float = 1 / 6
            store(ss * s * sixth, weights + k)
            store((4 - tt * (6 - 3 * t)) * sixth, weights + (k &+ pitch))
            store((4 - ss * (6 - 3 * s)) * sixth, weights + (k &+ pitch &* 2))
            store(tt * t * sixth, weights + (k &+ pitch &* 3))
        }
    }

    @inline(__always)
    private func integers(_ from: UnsafeMutablePointer<Int32>, _ index: Int) -> SIMD8<Int32> {
        UnsafeRawPointer(from + index).loadUnaligned(as: SIMD8<Int32>.self)
    }

    @inline(__always)
    private func store(_ value: SIMD8<Float>, _ to: UnsafeMutablePointer<Float>) {
        UnsafeMutableRawPointer(to).storeBytes(of: value, as: SIMD8<Float>.self)
    }
}
