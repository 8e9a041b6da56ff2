import Foundation
import Support

/// What the header of an image file says once it has been checked: the grid, and where and how the voxels are stored.
struct ImageHeader {
    let url: URL
    let geometry: Geometry
    let element: VoxelElement
    let isBigEndian: Bool
    let scaling: IntensityScaling
    let location: VoxelLocation
    let notices: [ImageNotice]

    /// Voxels of the image; the product was checked by `requireSize`.
    var count: Int { geometry.size.x * geometry.size.y * geometry.size.z }

    /// Bytes of the stored voxels.
    var byteCount: Int { count * element.size }

    /// Whether multi-byte numbers are in the other byte order than this machine's.
    var isSwapped: Bool { isBigEndian == (1.littleEndian == 1) }

    /// Reads the voxels.
    ///
    /// - Returns: the voxels with the memory that holds them, and notices of what was found on the way.
    /// - Throws: `Problem` where they are truncated, damaged, or more than memory can hold.
    func load() throws -> (voxels: StoredVoxels, memory: VoxelMemory, notices: [ImageNotice]) {
        guard location.encoding != .text else {
            let memory = try location.parsedNumbers(count)
            return (StoredVoxels(element: .float64, isSwapped: false, bytes: memory.bytes), memory, [])
        }
        let (memory, notices) = try location.load(byteCount)
        return (StoredVoxels(element: element, isSwapped: isSwapped, bytes: memory.bytes), memory, notices)
    }
}

/// Sizes from a header, checked before anything is allocated.
enum SizeCheck {
    /// More bytes than any image has: products of sizes stay far from overflow.
    private static let largest = 1 << 44

    /// Checks that an image of `sizes` (x first) has a voxel, and that the number of its bytes can be computed.
    ///
    /// - Throws: `Problem` that names the sizes.
    static func require(_ sizes: [Int], element: VoxelElement, _ url: URL, field: String) throws {
        let names = ["x", "y", "z"]
        if let axis = sizes.firstIndex(where: { $0 <= 0 }) {
            throw Problem(
                url, "its header gives a size of \(sizes[axis]) along \(axis < 3 ? names[axis] : "axis \(axis)") (\(field))",
                remedy: "the header is damaged; export the image again")
        }
        var bytes = element.size
        for size in sizes {
            let (product, overflow) = bytes.multipliedReportingOverflow(by: size)
            guard !overflow, product <= largest else {
                throw Problem(
                    url,
                    "its header gives a size of \(sizes.map(String.init).joined(separator: " × ")) voxels, more than any image has (\(field))",
                    remedy: "the header is damaged; export the image again")
            }
            bytes = product
        }
    }
}
