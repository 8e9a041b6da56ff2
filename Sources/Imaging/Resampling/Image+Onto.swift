import Support

extension Image<Float> {
    /// The image on another grid, wherever that lies in the patient: linear between voxels, 0 beside the image (as ITK's resampling does it).
    ///
    /// A voxel counts as beside the image where its centre lies more than half a voxel beyond the outermost centres.
    public func resampled(onto grid: Geometry, threads: Int = processorCount) -> Image<Float> {
        guard !geometry.isClose(to: grid) else { return Image(volume: volume, geometry: grid) }
        // The index in this image is an affine function of the index on the grid.
        let origin = geometry.index(of: grid.position(of: .zero))
        let steps = (0..<3).map { axis in
            var unit = SIMD3<Double>.zero
            unit[axis] = 1
            return geometry.index(of: grid.position(of: unit)) - origin
        }
        let planes =
            (try? parallelMap(grid.size.x, threads: threads) { i in
                plane(grid.size, origin + steps[0] * Double(i), steps[1], steps[2])
            }) ?? []
        return Image(volume: Volume(shape: grid.size, voxels: planes.flatMap(\.self)), geometry: grid)
    }

    /// One plane of the result; `start` is the index of its first voxel here.
    private func plane(_ size: SIMD3<Int>, _ start: SIMD3<Double>, _ down: SIMD3<Double>, _ right: SIMD3<Double>) -> [Float] {
        let shape = volume.shape
        let last = SIMD3(Double(shape.x - 1), Double(shape.y - 1), Double(shape.z - 1))
        return [Float](unsafeUninitializedCapacity: size.y * size.z) { result, initialized in
            volume.voxels.withUnsafeBufferPointer { source in
                for j in 0..<size.y {
                    for k in 0..<size.z {
                        let index = start + down * Double(j) + right * Double(k)
                        guard (index .>= -0.5 .& index .<= last + 0.5) == SIMDMask(repeating: true) else {
                            result[j * size.z + k] = 0
                            continue
                        }
                        let inside = pointwiseMax(.zero, pointwiseMin(index, last))
                        let (low, weight) = (inside.rounded(.down), inside - inside.rounded(.down))
                        let (x, y, z) = (Int(low.x), Int(low.y), Int(low.z))
                        let (dx, dy) = (x + 1 < shape.x ? shape.y * shape.z : 0, y + 1 < shape.y ? shape.z : 0)
                        let dz = z + 1 < shape.z ? 1 : 0
                        let base = (x * shape.y + y) * shape.z + z
                        func row(_ offset: Int) -> Double {
                            Double(source[offset]) * (1 - weight.z) + Double(source[offset + dz]) * weight.z
                        }
                        let near = row(base) * (1 - weight.y) + row(base + dy) * weight.y
                        let far = row(base + dx) * (1 - weight.y) + row(base + dx + dy) * weight.y
                        result[j * size.z + k] = Float(near * (1 - weight.x) + far * weight.x)
                    }
                }
            }
            initialized = size.y * size.z
        }
    }
}
