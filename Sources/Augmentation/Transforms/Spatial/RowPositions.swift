import Support

/// Where the voxels of a piece of a row of the output lie in the source: whole voxels and fractions along each axis, eight voxels at a time.
///
/// The places are those of the first voxel plus multiples of one step, which are the same for all rows and are tabulated in double
/// precision; whole parts are added as integers, so that the fractions keep the full precision of a `Float`.
final class RowPositions {
    typealias Lanes = SIMD8<Float>
    typealias Integers = SIMD8<Int32>

    /// Marks a voxel that lies outside of the source, in the whole part of axis 0; negative after rounding, too.
    private static var outside: Int32 { .min }

    /// Voxels of a piece, but for the last one of a row.
    static let length = 32

    /// Voxels of the present piece.
    private(set) var count = 0
    /// Whole part and fraction of voxel k along an axis: element axis · `pitch` + k.
    let floors: UnsafeMutablePointer<Int32>
    let fractions: UnsafeMutablePointer<Float>
    let pitch: Int

    private let deformation: Deformation
    private let centre: SIMD3<Double>
    private let middle: SIMD3<Double>
    private let last: SIMD3<Int32>
    private let target: SIMD3<Int>
    private let stepFloors: UnsafeMutablePointer<Int32>
    private let stepFractions: UnsafeMutablePointer<Float>
    private let rows: [SIMD3<Float>]

    init(_ deformation: Deformation, from source: SIMD3<Int>, to target: SIMD3<Int>) {
        self.deformation = deformation
        self.target = target
        pitch = (min(Self.length, target.z) + 7) / 8 * 8
        centre = SIMD3(Double(source.x - 1), Double(source.y - 1), Double(source.z - 1)) / 2 + deformation.offset
        middle = SIMD3(Double(target.x - 1), Double(target.y - 1), Double(target.z - 1)) / 2
        last = SIMD3(truncatingIfNeeded: source &- 1)
        rows = [deformation.rows.0, deformation.rows.1, deformation.rows.2].map { SIMD3<Float>($0) }
        floors = .allocate(capacity: 3 * pitch)
        floors.initialize(repeating: 0, count: 3 * pitch)
        fractions = .allocate(capacity: 3 * pitch)
        fractions.initialize(repeating: 0, count: 3 * pitch)
        stepFloors = .allocate(capacity: 3 * pitch)
        stepFractions = .allocate(capacity: 3 * pitch)
        for axis in 0..<3 {
            for k in 0..<pitch {
                let step = Double(k) * deformation.rows.2[axis]
                let floor = step.rounded(.down)
                (stepFloors + axis * pitch + k).initialize(to: Int32(floor))
                (stepFractions + axis * pitch + k).initialize(to: Float(step - floor))
            }
        }
    }

    deinit {
        floors.deallocate()
        fractions.deallocate()
        stepFloors.deallocate()
        stepFractions.deallocate()
    }

    /// Finds the places of the piece of row (`i`, `j`) that begins at `k`.
    func move(to i: Int, _ j: Int, _ k: Int) {
        count = min(Self.length, target.z - k)
        let matrix = deformation.rows
        let inPlane = centre + (Double(i) - middle.x) * matrix.0 + (Double(j) - middle.y) * matrix.1
        let start = inPlane + (Double(k) - middle.z) * matrix.2
        let first = start.rounded(.down)
        for axis in 0..<3 {
            let whole = Int32(first[axis])
            let fraction = Float(start[axis] - first[axis])
            if deformation.displacements != nil {
                displace(axis, whole, fraction, at: (i * target.y + j) * target.z + k)
            } else {
                advance(axis, Integers(repeating: whole), Lanes(repeating: fraction))
            }
        }
        markOutside()
    }

    /// Makes the whole parts those of the nearest voxels.
    func round() {
        for k in stride(from: 0, to: 3 * pitch, by: 8) {
            // −1 for fractions below ½, 0 for others.
            let isBelow = unsafeBitCast(load(fractions, k) - 0.5, to: Integers.self) &>> 31
            store(load(floors, k) &+ 1 &+ isBelow, floors, k)
        }
    }

    private func advance(_ axis: Int, _ whole: Integers, _ fraction: Lanes) {
        for k in stride(from: axis * pitch, to: (axis + 1) * pitch, by: 8) {
            var place = load(stepFloors, k) &+ whole
            var part = load(stepFractions, k) + fraction
            let carry = part .>= 1
            place.replace(with: place &+ 1, where: carry)
            part.replace(with: part - 1, where: carry)
            store(place, floors, k)
            store(part, fractions, k)
        }
    }

    private func displace(_ axis: Int, _ whole: Int32, _ fraction: Float, at place: Int) {
        guard let fields = deformation.displacements else { return }
        let (a, b, c) = (rows[0][axis], rows[1][axis], rows[2][axis])
        let start = axis * pitch
        fields[0].withUnsafeBufferPointer { d0 in
            fields[1].withUnsafeBufferPointer { d1 in
                fields[2].withUnsafeBufferPointer { d2 in
                    for k in 0..<count {
                        let moved = d0[place + k] * a + d1[place + k] * b + d2[place + k] * c
                        let part = stepFractions[start + k] + fraction + moved
                        // Truncation, put right for what is negative: `rounded` is a call on some processors.
                        var floor = Int32(part)
                        if Float(floor) > part { floor -= 1 }
                        floors[start + k] = stepFloors[start + k] + whole + floor
                        fractions[start + k] = part - Float(floor)
                    }
                }
            }
        }
    }

    private func markOutside() {
        for k in stride(from: 0, to: pitch, by: 8) {
            // All ones where a number is negative.
            let isOutside = (distance(0, k) | distance(1, k) | distance(2, k)) &>> 31
            store((load(floors, k) & ~isOutside) | (isOutside & Self.outside), floors, k)
        }
    }

    /// Negative for voxels outside: not from the centre of the first voxel to that of the last.
    @inline(__always)
    private func distance(_ axis: Int, _ k: Int) -> Integers {
        let (place, part) = (load(floors, axis * pitch + k), load(fractions, axis * pitch + k))
        // The bits of a positive fraction are a positive number.
        let isBehind = (0 &- unsafeBitCast(part, to: Integers.self)) &>> 31
        return place | (Integers(repeating: last[axis]) &- place &+ isBehind)
    }

    @inline(__always)
    private func load<Scalar>(_ from: UnsafeMutablePointer<Scalar>, _ index: Int) -> SIMD8<Scalar> {
        UnsafeRawPointer(from + index).loadUnaligned(as: SIMD8<Scalar>.self)
    }

    @inline(__always)
    private func store<Scalar>(_ value: SIMD8<Scalar>, _ to: UnsafeMutablePointer<Scalar>, _ index: Int) {
        UnsafeMutableRawPointer(to + index).storeBytes(of: value, as: SIMD8<Scalar>.self)
    }
}
