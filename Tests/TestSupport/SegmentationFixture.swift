import Foundation
import Imaging

/// Writes `.seg.nrrd` files as 3D Slicer does.
public struct SegmentationFixture: Sendable {
    public var geometry: Geometry
    /// Label maps, one or more.
    public var layers: [Volume<Int32>]
    /// Name, value and layer of each segment.
    public var segments: [(name: String, value: Int, layer: Int)]
    public var isCompressed = false
    public var type = "unsigned char"
    public var space = "left-posterior-superior"

    public init(_ geometry: Geometry, _ layers: [Volume<Int32>], _ segments: [(name: String, value: Int, layer: Int)]) {
        self.geometry = geometry
        self.layers = layers
        self.segments = segments
    }

    /// The file's header and its voxels.
    public var data: Data {
        let size = geometry.size
        let flip = space.hasPrefix("right") ? SIMD3<Double>(-1, -1, 1) : SIMD3(1, 1, 1)
        let origin = flip * geometry.origin
        let directions = (0..<3).map { column -> String in
            let axis = 2 - column
            let vector = flip * geometry.directionOfAxis(axis) * geometry.spacing[axis]
            return "(\(vector.x),\(vector.y),\(vector.z))"
        }
        let isLayered = layers.count > 1
        var lines = [
            "NRRD0005", "# a comment", "type: \(type)", "dimension: \(isLayered ? 4 : 3)", "space: \(space)",
            "sizes: \(isLayered ? "\(layers.count) " : "")\(size.z) \(size.y) \(size.x)",
            "space directions: \(isLayered ? "none " : "")\(directions.joined(separator: " "))",
            "kinds: \(isLayered ? "list " : "")domain domain domain", "endian: little", "encoding: \(isCompressed ? "gzip" : "raw")",
            "space origin: (\(origin.x),\(origin.y),\(origin.z))",
        ]
        for (index, segment) in segments.enumerated() {
            lines += [
                "Segment\(index)_ID:=Segment_\(index)", "Segment\(index)_Name:=\(segment.name)",
                "Segment\(index)_LabelValue:=\(segment.value)", "Segment\(index)_Layer:=\(segment.layer)",
            ]
        }
        var bytes: [UInt8] = []
        for voxel in 0..<layers[0].count {
            for layer in layers {
                let value = layer.voxels[voxel]
                bytes.append(UInt8(truncatingIfNeeded: value))
                if type == "short" { bytes.append(UInt8(truncatingIfNeeded: value >> 8)) }
            }
        }
        return Data(lines.joined(separator: "\n").utf8) + Data([0x0A, 0x0A]) + (isCompressed ? Self.gzip(bytes) : Data(bytes))
    }

    /// A gzip file that stores its content.
    private static func gzip(_ bytes: [UInt8]) -> Data {
        var data = Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3])
        for start in stride(from: 0, to: bytes.count, by: 65_535) {
            let block = bytes[start..<min(start + 65_535, bytes.count)]
            let (low, high) = (UInt8(block.count & 0xFF), UInt8(block.count >> 8))
            data += [block.endIndex == bytes.count ? 1 : 0, low, high, ~low, ~high] + block
        }
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        for value in [~crc, UInt32(bytes.count)] { data += (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
        return data
    }
}
