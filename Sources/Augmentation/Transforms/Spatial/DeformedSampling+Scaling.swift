/// Scaling alone: along one axis after the other, which is the same sum over the neighbours in far fewer steps.
extension DeformedSampling {
    private typealias Lanes = SIMD16<Float>

    /// Where the voxels of the output lie along one axis of the grid: the first of four neighbours, negative outside, and their weights.
    private struct AxisTaps {
        var places: [Int] = []
        var weights: [SIMD4<Float>] = []

        init(from source: Int, to target: Int, step: Double, offset: Double, lower: Int, weights weigh: (Float) -> SIMD4<Float>) {
            let last = Double(source - 1)
            for index in 0..<target {
                let position = last / 2 + offset + (Double(index) - Double(target - 1) / 2) * step
                let floor = position.rounded(.down)
                places.append(position >= 0 && position <= last ? Int(floor) - lower : -1)
                weights.append(weigh(Float(position - floor)))
            }
        }
    }

    func scaled(_ grid: InterpolationGrid, _ order: Order, fill: Float, into result: UnsafeMutablePointer<Float>) {
        let factors = [deformation.rows.0.x, deformation.rows.1.y, deformation.rows.2.z]
        let taps = (0..<3).map { axis in
            AxisTaps(
                from: source[axis], to: target[axis], step: factors[axis], offset: deformation.offset[axis], lower: grid.lower[axis]
            ) { fraction in
                if inSlices && axis == 0 { return SIMD4(0, 1, 0, 0) }
                return order == .linear ? SIMD4(0, 1 - fraction, fraction, 0) : Self.weights(fraction)
            }
        }
        let row = grid.row
        let area = (grid.shape.y + 3) * row
        let memory = UnsafeMutablePointer<Float>.allocate(capacity: area + row)
        memory.initialize(repeating: 0, count: area + row)
        defer { memory.deallocate() }
        let (plane, line) = (memory, memory + area)
        for i in 0..<target.x {
            let here = result + i * target.y * target.z
            guard taps[0].places[i] >= 0 else {
                here.update(repeating: fill, count: target.y * target.z)
                continue
            }
            Self.blend(grid.start + taps[0].places[i] * grid.plane, apart: grid.plane, taps[0].weights[i], area, into: plane)
            for j in 0..<target.y {
                guard taps[1].places[j] >= 0 else {
                    (here + j * target.z).update(repeating: fill, count: target.z)
                    continue
                }
                Self.blend(plane + taps[1].places[j] * row, apart: row, taps[1].weights[j], row, into: line)
                Self.sum(line, taps[2], fill, into: here + j * target.z)
            }
        }
    }

    /// The weighted sum of four stretches of memory of `count` numbers, a multiple of 16, which begin `apart` from each other.
    private static func blend(
        _ first: UnsafePointer<Float>, apart: Int, _ weights: SIMD4<Float>, _ count: Int, into target: UnsafeMutablePointer<Float>
    ) {
        let (a, b, c, d) = (weights.x, weights.y, weights.z, weights.w)
        let (second, third, fourth) = (first + apart, first + 2 * apart, first + 3 * apart)
        for k in stride(from: 0, to: count, by: Lanes.scalarCount) {
            let sum = a * lanes(first + k) + b * lanes(second + k) + c * lanes(third + k) + d * lanes(fourth + k)
            UnsafeMutableRawPointer(target + k).storeBytes(of: sum, as: Lanes.self)
        }
    }

    private static func sum(_ line: UnsafePointer<Float>, _ taps: AxisTaps, _ fill: Float, into result: UnsafeMutablePointer<Float>) {
        taps.places.withUnsafeBufferPointer { places in
            taps.weights.withUnsafeBufferPointer { weights in
                for k in 0..<places.count {
                    let place = places[k]
                    guard place >= 0 else {
                        result[k] = fill
                        continue
                    }
                    let products = UnsafeRawPointer(line + place).loadUnaligned(as: SIMD4<Float>.self) * weights[k]
                    result[k] = (products.x + products.y) + (products.z + products.w)
                }
            }
        }
    }

    @inline(__always)
    private static func lanes(_ from: UnsafePointer<Float>) -> Lanes { UnsafeRawPointer(from).loadUnaligned(as: Lanes.self) }
}
