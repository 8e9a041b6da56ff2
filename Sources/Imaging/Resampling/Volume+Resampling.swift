import Support

extension Volume<Float> {
    /// The volume on another number of voxels over the same extent.
    ///
    /// Voxel centres lie at (target + ½) · (old size / new size) − ½; beyond the outermost voxels their values go on; results are clipped
    /// to the range of this volume. Axes that keep their size are not touched. Spec 04, "Resampling" (scikit-image's `resize`, order 3 or 1,
    /// mode edge). Needs room for one intermediate volume beside this one and the result.
    ///
    /// - Parameters:
    ///   - shape: voxels along axes 0, 1, 2 of the result, at least one each.
    ///   - interpolation: between the voxels, along each axis that changes.
    ///   - threads: how many threads share the work.
    public func resampled(to shape: SIMD3<Int>, interpolation: Interpolation, threads: Int = processorCount) -> Volume {
        for axis in 0..<3 { precondition(shape[axis] > 0 && self.shape[axis] > 0, "a volume has at least one voxel along each axis") }
        guard shape != self.shape else { return self }
        let range = VolumeResampling.range(of: voxels)
        guard range.lowerBound < range.upperBound else { return Volume(shape: shape, filledWith: range.lowerBound) }
        let resampling = VolumeResampling(from: self.shape, to: shape, interpolation: interpolation, limits: range, threads: threads)
        return Volume(shape: shape, voxels: resampling.run(voxels))
    }
}

/// Two passes over memory: each plane of axis 0 along axes 1 and 2, then all planes along axis 0.
private struct VolumeResampling: Sendable {
    private let source: SIMD3<Int>
    private let target: SIMD3<Int>
    private let axes: (AxisResampling?, AxisResampling?, AxisResampling?)
    private let limits: ClosedRange<Float>
    private let threads: Int

    init(from source: SIMD3<Int>, to target: SIMD3<Int>, interpolation: Interpolation, limits: ClosedRange<Float>, threads: Int) {
        func axis(_ index: Int) -> AxisResampling? {
            source[index] == target[index] ? nil : AxisResampling(interpolation, source: source[index], target: target[index])
        }
        self.source = source
        self.target = target
        axes = (axis(0), axis(1), axis(2))
        self.limits = limits
        self.threads = threads
    }

    /// Smallest and largest value, those that are not numbers left out.
    static func range(of voxels: [Float]) -> ClosedRange<Float> {
        typealias Lanes = SIMD16<Float>
        var low = Lanes(repeating: .infinity)
        var high = Lanes(repeating: -.infinity)
        voxels.withUnsafeBytes { bytes in
            let size = MemoryLayout<Lanes>.size
            let whole = bytes.count / size * size
            for offset in stride(from: 0, to: whole, by: size) {
                let values = bytes.loadUnaligned(fromByteOffset: offset, as: Lanes.self)
                low.replace(with: values, where: values .< low)
                high.replace(with: values, where: values .> high)
            }
            for offset in stride(from: whole, to: bytes.count, by: MemoryLayout<Float>.size) {
                let value = bytes.loadUnaligned(fromByteOffset: offset, as: Float.self)
                if value < low[0] { low[0] = value }
                if value > high[0] { high[0] = value }
            }
        }
        return low.min() <= high.max() ? low.min()...high.max() : 0...0
    }

    func run(_ voxels: [Float]) -> [Float] {
        let planes = axes.1 == nil && axes.2 == nil ? voxels : inPlanes(voxels)
        return axes.0.map { alongAxis0(planes, $0) } ?? planes
    }

    private static let unlimited: ClosedRange<Float> = -Float.infinity...Float.infinity
    /// Lines / 16 of a plane or a stack that are resampled together: a row of 256 bytes per voxel of the axis stays in the first caches.
    private static let groups = 4

    private func inPlanes(_ voxels: [Float]) -> [Float] {
        let (from, to) = (source.y * source.z, target.y * target.z)
        let limits = axes.0 == nil ? self.limits : Self.unlimited
        return [Float](count: source.x * to) { result in
            voxels.withUnsafeBufferPointer { voxels in
                guard let input = voxels.baseAddress.map(Shared.init), let output = result.baseAddress.map(SharedMutable.init)
                else { return }
                split(source.x) { planes in
                    let columns = axes.1.map { LineBuffer($0, groups: Self.groups) }
                    let rows = axes.2.map { LineBuffer($0, groups: 1) }
                    let between = UnsafeMutablePointer<Float>.allocate(capacity: target.y * source.z)
                    defer { between.deallocate() }
                    for plane in planes {
                        let (input, output) = (input.pointer + plane * from, output.pointer + plane * to)
                        guard let rows else {
                            columns?.resampleColumns(
                                0..<source.z, of: input, stride: source.z, into: output, stride: target.z, limits: limits)
                            continue
                        }
                        columns?.resampleColumns(
                            0..<source.z, of: input, stride: source.z, into: between, stride: source.z, limits: Self.unlimited)
                        rows.resampleRows(
                            count: target.y, of: columns == nil ? input : UnsafePointer(between), into: output, limits: limits)
                    }
                }
            }
        }
    }

    private func alongAxis0(_ voxels: [Float], _ axis: AxisResampling) -> [Float] {
        let width = target.y * target.z
        let block = Self.groups * AxisResampling.Lines.scalarCount
        let blocks = (width + block - 1) / block
        return [Float](count: target.x * width) { result in
            voxels.withUnsafeBufferPointer { voxels in
                guard let input = voxels.baseAddress.map(Shared.init), let output = result.baseAddress.map(SharedMutable.init)
                else { return }
                split(blocks) { range in
                    LineBuffer(axis, groups: Self.groups).resampleColumns(
                        range.lowerBound * block..<min(width, range.upperBound * block), of: input.pointer, stride: width,
                        into: output.pointer, stride: width, limits: limits)
                }
            }
        }
    }

    /// Gives contiguous parts of `0 ..< count` to the threads; a few each, so that a slow one does not hold up the rest.
    private func split(_ count: Int, _ body: @escaping @Sendable (Range<Int>) -> Void) {
        let parts = threads <= 1 ? 1 : min(count, threads * 4)
        do {
            try parallelFor(parts, threads: threads) { part in body(part * count / parts..<(part + 1) * count / parts) }
        } catch {
            preconditionFailure("resampling throws nothing")
        }
    }
}

/// Pointers into buffers of which every thread uses a part of its own.
private struct Shared: @unchecked Sendable {
    let pointer: UnsafePointer<Float>
    init(_ pointer: UnsafePointer<Float>) { self.pointer = pointer }
}

private struct SharedMutable: @unchecked Sendable {
    let pointer: UnsafeMutablePointer<Float>
    init(_ pointer: UnsafeMutablePointer<Float>) { self.pointer = pointer }
}
