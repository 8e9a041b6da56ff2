import Foundation
import Imaging
import Support
import TestSupport
import Testing

/// NIfTI voxels of every type in both byte orders, plain and compressed, against arithmetic in double precision.
@Suite struct StoredTypesTests {
    private static let shape = SIMD3(2, 3, 5)
    /// Code and size of the types: uint8, int16, int32, float32, float64, int8, uint16, uint32, int64.
    private static let types = [(2, 1), (4, 2), (8, 4), (16, 4), (64, 8), (256, 1), (512, 2), (768, 4), (1024, 8)]
    private static let scales: [(slope: Float, intercept: Float)] = [(0, 0), (1, 0), (2, -1024), (0.37, 0.1), (-1, 3), (0, 7), (1, 5)]

    /// Values that a type holds, its extremes among them.
    private static func values(_ type: Int, labels: Bool) -> [Double] {
        let (low, high): (Double, Double) =
            switch type {
            case 2: (0, 255)
            case 256: (-128, 127)
            case 4: (-32768, 32767)
            case 512: (0, 65535)
            case 8: (-2_147_483_648, 2_147_483_647)
            case 768: (0, labels ? 2_147_483_647 : 4_294_967_295)
            case 1024: (-70_000, 16_777_217)
            default: labels ? (-5000, 80_000) : (-.infinity, .nan)
            }
        return (0..<30).map { index in
            if index < 2 { return index == 0 ? low : high }
            let isWhole = type != 16 && type != 64
            return isWhole || labels ? Double(index * index % 100) : Double(index) * 0.37 - 3
        }
    }

    private static func stored(_ value: Double, _ type: Int) -> [UInt8] {
        func bytes<Value>(_ value: Value) -> [UInt8] { withUnsafeBytes(of: value) { Array($0) } }
        return switch type {
        case 2: bytes(UInt8(value))
        case 256: bytes(Int8(value))
        case 4: bytes(Int16(value))
        case 512: bytes(UInt16(value))
        case 8: bytes(Int32(value))
        case 768: bytes(UInt32(value))
        case 1024: bytes(Int64(value))
        case 16: bytes(Float(value))
        default: bytes(value)
        }
    }

    /// A NIfTI-1 file of `values` along x, y, z.
    private static func file(
        _ values: [Double], type: Int, size: Int, slope: Float, intercept: Float, swapped: Bool
    ) -> Data {
        var data = Data(count: 352)
        func put<Value>(_ value: Value, _ offset: Int) {
            let bytes = withUnsafeBytes(of: value) { Array($0) }
            data.replaceSubrange(offset..<offset + bytes.count, with: swapped ? bytes.reversed() : bytes)
        }
        put(Int32(348), 0)
        for (index, side) in [3, shape.z, shape.y, shape.x, 1, 1, 1, 1].enumerated() { put(Int16(side), 40 + 2 * index) }
        put(Int16(type), 70)
        put(Int16(8 * size), 72)
        for index in 0..<4 { put(Float(1), 76 + 4 * index) }
        put(Float(352), 108)
        put(slope, 112)
        put(intercept, 116)
        put(Int16(1), 254)
        for axis in 0..<3 { put(Float(1), 280 + 20 * axis) }
        data.replaceSubrange(344..<348, with: [0x6E, 0x2B, 0x31, 0])
        for value in values { data.append(contentsOf: swapped ? stored(value, type).reversed() : stored(value, type)) }
        return data
    }

    /// The value that a stored number means, in double precision.
    private static func meant(_ value: Double, _ type: Int, _ scale: (slope: Float, intercept: Float)) -> Double {
        let stored = type == 16 ? Double(Float(value)) : value
        return scale.slope == 0 ? stored : stored * Double(scale.slope) + Double(scale.intercept)
    }

    @Test(arguments: types) func everyTypeIsReadInBothByteOrders(type: Int, size: Int) throws {
        try withTemporaryFolder { folder in
            for scale in Self.scales {
                for isSwapped in [false, true] {
                    let url = folder.appendingPathComponent("a.nii")
                    let values = Self.values(type, labels: false)
                    try Self.file(
                        values, type: type, size: size, slope: scale.slope, intercept: scale.intercept, swapped: isSwapped
                    ).write(to: url)
                    let comment = Comment("type \(type), \(scale), swapped \(isSwapped)")
                    if values.contains(where: \.isInfinite) {
                        expectProblem(url, containing: "1 voxel is infinite") { _ = try ImageReader().read(url) }
                    } else {
                        #expect(
                            try ImageReader().read(url).volume.voxels == values.map { Float(Self.meant($0, type, scale)) }, comment)
                    }
                    let labels = Self.values(type, labels: true)
                    try Self.file(
                        labels, type: type, size: size, slope: scale.slope, intercept: scale.intercept, swapped: isSwapped
                    ).write(to: url)
                    let meant = labels.map { Self.meant($0, type, scale) }
                    let areLabels = meant.allSatisfy { abs($0) <= 2_147_483_647 && abs($0 - $0.rounded()) <= 0.01 || $0 == -2_147_483_648 }
                    let read = try? ImageReader().readLabels(url).volume.voxels
                    #expect(read == (areLabels ? meant.map { Int32($0.rounded(.toNearestOrEven)) } : nil), comment)
                }
            }
        }
    }

    @Test func notANumberIsReadAsZeroAndCounted() throws {
        try withTemporaryFolder { folder in
            for (type, size) in [(16, 4), (64, 8)] {
                let url = folder.appendingPathComponent("a.nii")
                var values = Self.values(4, labels: false)
                (values[3], values[9]) = (.nan, .nan)
                try Self.file(values, type: type, size: size, slope: 2, intercept: 1, swapped: false).write(to: url)
                let decoded = try ImageReader().decode(url)
                #expect(decoded.image.volume.voxels[3] == 0 && decoded.image.volume.voxels[9] == 0)
                #expect(decoded.notices.map(\.text) == ["2 voxels are NaN, read as 0"])
                try Self.file([Double](repeating: .nan, count: 30), type: type, size: size, slope: 1, intercept: 0, swapped: false)
                    .write(to: url)
                expectProblem(url, containing: "all voxels are NaN") { _ = try ImageReader().read(url) }
                try Self.file([Double](repeating: 7, count: 30), type: type, size: size, slope: 1, intercept: 0, swapped: false)
                    .write(to: url)
                #expect(try ImageReader().decode(url).isConstant)
                #expect(try ImageReader().readLabels(url).volume.voxels.allSatisfy { $0 == 7 })
            }
        }
    }

    @Test func largeLabelsAreRefused() throws {
        try withTemporaryFolder { folder in
            let url = folder.appendingPathComponent("labels.nii")
            for (type, size) in [(768, 4), (16, 4), (64, 8)] {
                var values = Self.values(type, labels: true)
                values[7] = 2_147_483_648
                try Self.file(values, type: type, size: size, slope: 1, intercept: 0, swapped: false).write(to: url)
                expectProblem(url, containing: "not a label map") { _ = try ImageReader().readLabels(url) }
            }
        }
    }

    @Test func severalMembersAndTrailingBytesOfGzip() throws {
        try withTemporaryFolder { folder in
            let plain = folder.appendingPathComponent("plain.nii")
            let whole = Self.file(Self.values(4, labels: false), type: 4, size: 2, slope: 1, intercept: 0, swapped: false)
            try whole.write(to: plain)
            let expected = try ImageReader().read(plain).volume.voxels
            let url = folder.appendingPathComponent("members.nii.gz")
            var members = Data()
            for part in [whole.prefix(100), whole[100..<370], whole.dropFirst(370)] { members.append(try gzip(Data(part))) }
            try members.write(to: url)
            #expect(try ImageReader().read(url).volume.voxels == expected)
            try (members + Data([0, 1, 2, 3])).write(to: url)
            #expect(try ImageReader().read(url).volume.voxels == expected)
            // More voxels than the header says.
            try gzip(whole + Data(count: 1000)).write(to: url)
            #expect(try ImageReader().read(url).volume.voxels == expected)
        }
    }

    private func gzip(_ data: Data) throws -> Data {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/gzip")
        process.arguments = ["-c"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        input.fileHandleForWriting.write(data)
        try input.fileHandleForWriting.close()
        let packed = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return packed
    }
}
