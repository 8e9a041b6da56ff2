import Foundation
import Support

extension NIfTIHeader {
    /// A NIfTI-1 header with the grid as qform and sform.
    ///
    /// - Throws: `Problem` where a side is longer than NIfTI-1 can say.
    static func bytes(_ geometry: Geometry, _ element: VoxelElement, _ url: URL) throws -> Data {
        let vectors = geometry.vectors
        var data = Data(count: 352)
        func put<Value>(_ value: Value, _ offset: Int) {
            withUnsafeBytes(of: value) { data.replaceSubrange(offset..<offset + $0.count, with: $0) }
        }
        let isPlanar = geometry.isPlanar
        // A 2D image has x and y alone; its third array axis is not one of space.
        let size = isPlanar ? SIMD3(geometry.size.y, geometry.size.x, 1) : vectors.size
        let steps = isPlanar ? [vectors.steps[1], vectors.steps[2], SIMD3(0, 0, 1)] : vectors.steps
        guard size.max() <= Int(Int16.max) else {
            throw Problem(url, "a side of \(size.max()) voxels is longer than NIfTI-1 allows", remedy: "write .nrrd or .mha")
        }
        put(Int32(348), 0)
        data[39] = UInt8(ascii: "r")
        let dimensions = [isPlanar ? 2 : 3, size.x, size.y, size.z, 1, 1, 1, 1]
        for (index, value) in dimensions.enumerated() { put(Int16(value), 40 + 2 * index) }
        let code =
            switch element {
            case .uint8: 2
            case .int16: 4
            case .int32: 8
            default: 16
            }
        put(Int16(code), 70)
        put(Int16(8 * element.size), 72)
        // RAS.
        let columns = steps.map { SIMD3(-$0.x, -$0.y, $0.z) }
        let directions = columns.map { $0 / $0.length }
        let isLeftHanded = directions[0].cross(directions[1]).dot(directions[2]) < 0
        let pixdim = [isLeftHanded ? -1 : 1, columns[0].length, columns[1].length, columns[2].length, 1, 1, 1, 1]
        for (index, value) in pixdim.enumerated() { put(Float(value), 76 + 4 * index) }
        put(Float(352), 108)
        put(Float(1), 112)
        // Millimetres and seconds.
        data[123] = 2 | 8
        put(Int16(1), 252)
        put(Int16(1), 254)
        let quaternion = Self.quaternion(directions[0], directions[1], isLeftHanded ? -directions[2] : directions[2])
        let origin = SIMD3(-vectors.origin.x, -vectors.origin.y, vectors.origin.z)
        for axis in 0..<3 {
            put(Float(quaternion[axis]), 256 + 4 * axis)
            put(Float(origin[axis]), 268 + 4 * axis)
            for column in 0..<3 { put(Float(columns[column][axis]), 280 + 16 * axis + 4 * column) }
            put(Float(origin[axis]), 292 + 16 * axis)
        }
        data.replaceSubrange(344..<348, with: [0x6E, 0x2B, 0x31, 0])
        return data
    }

    /// b, c, d of the unit quaternion with a ≥ 0 that turns the axes to the three directions.
    private static func quaternion(_ x: SIMD3<Double>, _ y: SIMD3<Double>, _ z: SIMD3<Double>) -> SIMD3<Double> {
        // The largest of the four numbers first, so that nothing is divided by a small one.
        let squares = [1 + x.x + y.y + z.z, 1 + x.x - y.y - z.z, 1 - x.x + y.y - z.z, 1 - x.x - y.y + z.z]
        let largest = squares.indices.max { squares[$0] < squares[$1] } ?? 0
        let root = max(0, squares[largest]).squareRoot()
        let scale = 0.5 / root
        var q: (a: Double, b: Double, c: Double, d: Double)
        switch largest {
        case 0: q = (root / 2, (y.z - z.y) * scale, (z.x - x.z) * scale, (x.y - y.x) * scale)
        case 1: q = ((y.z - z.y) * scale, root / 2, (y.x + x.y) * scale, (z.x + x.z) * scale)
        case 2: q = ((z.x - x.z) * scale, (y.x + x.y) * scale, root / 2, (z.y + y.z) * scale)
        default: q = ((x.y - y.x) * scale, (z.x + x.z) * scale, (z.y + y.z) * scale, root / 2)
        }
        let length = (q.a * q.a + q.b * q.b + q.c * q.c + q.d * q.d).squareRoot()
        let sign: Double = q.a < 0 ? -1 : 1
        return SIMD3(q.b, q.c, q.d) * sign / length
    }
}

extension NRRDHeader {
    /// The header of an NRRD file with raw voxels behind it.
    static func bytes(_ geometry: Geometry, _ element: VoxelElement) -> Data {
        let types: [VoxelElement: String] = [.uint8: "uint8", .int16: "int16", .int32: "int32", .float32: "float"]
        let vectors = geometry.vectors
        func text(_ vector: SIMD3<Double>) -> String { "(\(vector.x),\(vector.y),\(vector.z))" }
        var lines = ["NRRD0004", "type: \(types[element] ?? "float")"]
        if geometry.isPlanar {
            let (x, y) = (vectors.steps[1], vectors.steps[2])
            lines += [
                "dimension: 2", "space dimension: 2", "sizes: \(geometry.size.y) \(geometry.size.x)",
                "space directions: (\(x.x),\(x.y)) (\(y.x),\(y.y))", "kinds: domain domain",
                "space origin: (\(vectors.origin.x),\(vectors.origin.y))",
            ]
        } else {
            lines += [
                "dimension: 3", "space: left-posterior-superior", "sizes: \(vectors.size.x) \(vectors.size.y) \(vectors.size.z)",
                "space directions: " + vectors.steps.map(text).joined(separator: " "), "kinds: domain domain domain",
                "space origin: \(text(vectors.origin))",
            ]
        }
        lines += ["endian: little", "encoding: raw"]
        return Data((lines.joined(separator: "\n") + "\n\n").utf8)
    }
}

extension MetaImageHeader {
    /// The header of a MetaImage with its voxels behind it.
    static func bytes(_ geometry: Geometry, _ element: VoxelElement) -> Data {
        let types: [VoxelElement: String] = [.uint8: "MET_UCHAR", .int16: "MET_SHORT", .int32: "MET_INT", .float32: "MET_FLOAT"]
        let vectors = geometry.vectors
        let isPlanar = geometry.isPlanar
        let count = isPlanar ? 2 : 3
        let steps = isPlanar ? [vectors.steps[1], vectors.steps[2]] : vectors.steps
        let size = isPlanar ? [geometry.size.y, geometry.size.x] : [vectors.size.x, vectors.size.y, vectors.size.z]
        func text(_ values: [Double]) -> String { values.map { "\($0)" }.joined(separator: " ") }
        let lines = [
            "ObjectType = Image", "NDims = \(count)", "BinaryData = True", "BinaryDataByteOrderMSB = False", "CompressedData = False",
            "TransformMatrix = \(text(steps.flatMap { step in (0..<count).map { step[$0] / step.length } }))",
            "Offset = \(text((0..<count).map { vectors.origin[$0] }))", "CenterOfRotation = \(text([Double](repeating: 0, count: count)))",
            "ElementSpacing = \(text(steps.map(\.length)))", "DimSize = \(size.map(String.init).joined(separator: " "))",
            "ElementType = \(types[element] ?? "MET_FLOAT")", "ElementDataFile = LOCAL",
        ]
        return Data((lines.joined(separator: "\n") + "\n").utf8)
    }
}
