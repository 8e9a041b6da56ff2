import Foundation

/// Writes a NIfTI file field by field, so that fields may lack, be wrong or contradict each other.
public struct NIfTIFixture: Sendable {
    public var version = 1
    public var isBigEndian = false
    /// x, y, z, ….
    public var sizes = [4, 3, 2]
    /// From `pixdim[0]` on.
    public var pixdim: [Double] = [1, 1, 1, 1]
    public var units = 2
    public var qformCode = 0
    /// b, c, d.
    public var quaternion = SIMD3<Double>.zero
    public var offset = SIMD3<Double>.zero
    public var sformCode = 1
    /// Rows, RAS.
    public var sform: [[Double]] = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]]
    public var slope = 1.0
    public var intercept = 0.0
    public var voxelOffset: Double?
    /// Stored as int16.
    public var voxels: [Int16] = (0..<24).map { Int16($0) }

    public init() {}

    public init(_ change: (inout NIfTIFixture) -> Void) { change(&self) }

    public var data: Data {
        let length = version == 1 ? 352 : 544
        var data = Data(count: length)
        func put<Value>(_ value: Value, _ offset: Int) {
            let bytes = withUnsafeBytes(of: value) { Array($0) }
            data.replaceSubrange(offset..<offset + bytes.count, with: isBigEndian ? bytes.reversed() : bytes)
        }
        let matrix = sform.flatMap { $0 }
        let dimensions = [sizes.count] + sizes + [Int](repeating: 1, count: 7 - sizes.count)
        if version == 1 {
            put(Int32(348), 0)
            for (index, value) in dimensions.enumerated() { put(Int16(clamping: value), 40 + 2 * index) }
            put(Int16(4), 70)
            put(Int16(16), 72)
            for (index, value) in pixdim.enumerated() { put(Float(value), 76 + 4 * index) }
            put(Float(voxelOffset ?? 352), 108)
            put(Float(slope), 112)
            put(Float(intercept), 116)
            data[123] = UInt8(units)
            put(Int16(qformCode), 252)
            put(Int16(sformCode), 254)
            for axis in 0..<3 {
                put(Float(quaternion[axis]), 256 + 4 * axis)
                put(Float(offset[axis]), 268 + 4 * axis)
            }
            for (index, value) in matrix.enumerated() { put(Float(value), 280 + 4 * index) }
            data.replaceSubrange(344..<348, with: Data("n+1\0".utf8))
        } else {
            put(Int32(540), 0)
            data.replaceSubrange(4..<12, with: Data([0x6E, 0x2B, 0x32, 0, 0x0D, 0x0A, 0x1A, 0x0A]))
            put(Int16(4), 12)
            put(Int16(16), 14)
            for (index, value) in dimensions.enumerated() { put(Int64(value), 16 + 8 * index) }
            for (index, value) in pixdim.enumerated() { put(value, 104 + 8 * index) }
            put(Int64(voxelOffset ?? 544), 168)
            put(slope, 176)
            put(intercept, 184)
            put(Int32(qformCode), 344)
            put(Int32(sformCode), 348)
            for axis in 0..<3 {
                put(quaternion[axis], 352 + 8 * axis)
                put(offset[axis], 376 + 8 * axis)
            }
            for (index, value) in matrix.enumerated() { put(value, 400 + 8 * index) }
            put(Int32(units), 500)
        }
        for voxel in voxels {
            data.append(contentsOf: withUnsafeBytes(of: isBigEndian ? voxel.bigEndian : voxel.littleEndian) { Array($0) })
        }
        return data
    }
}
