import Foundation
import Support

/// What the header of a NIfTI-1 file says, before ITK's reader mends it or complains of it in its own way.
struct NIfTIHeader {
    /// Bytes of a header.
    static let length = 348

    let url: URL
    /// Whether the numbers of the file are in the other byte order than this machine's.
    let isSwapped: Bool
    /// Voxels along each dimension (x first).
    let sizes: [Int]
    /// DT_UINT8, DT_INT16, … of the standard.
    let type: Int
    /// Where the voxels begin.
    let offset: Float
    /// Value = stored × slope + intercept; a slope of 0 means as stored.
    let slope: Float
    let intercept: Float
    /// Whether header and voxels are in one file.
    let isSingleFile: Bool
    private let spacing: [Float]

    /// - Returns: nil for other files, and for those without a whole NIfTI-1 header.
    /// - Throws: `Problem` where the file is missing or its compressed data is damaged.
    init?(_ url: URL) throws {
        let name = url.lastPathComponent.lowercased()
        guard name.hasSuffix(".nii") || name.hasSuffix(".nii.gz") else { return nil }
        var bytes: [UInt8] = []
        try DecompressedFile.read(url, pieces: Self.length) { piece in
            bytes = Array(piece)
            return false
        }
        guard bytes.count == Self.length else { return nil }
        func load<Value: FixedWidthInteger>(_ offset: Int, _: Value.Type) -> Value {
            bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Value.self) }
        }
        let length = load(0, Int32.self)
        guard length == Self.length || length.byteSwapped == Self.length else { return nil }
        let isSwapped = length != Self.length
        func short(_ offset: Int) -> Int { Int(isSwapped ? load(offset, Int16.self).byteSwapped : load(offset, Int16.self)) }
        func float(_ offset: Int) -> Float {
            let bits = load(offset, UInt32.self)
            return Float(bitPattern: isSwapped ? bits.byteSwapped : bits)
        }
        let count = short(40)
        self.url = url
        self.isSwapped = isSwapped
        sizes = (1...7).contains(count) ? (1...count).map { short(40 + 2 * $0) } : []
        type = short(70)
        spacing = (1...3).map { float(76 + 4 * $0) }
        offset = float(108)
        slope = float(112)
        intercept = float(116)
        isSingleFile = bytes[344...346].elementsEqual("n+1".utf8)
    }

    /// What keeps the file from being an image.
    var problem: Problem? {
        let remedy = "the header is damaged; export the image again"
        if sizes.isEmpty { return Problem(url, "its header gives an impossible number of dimensions", remedy: remedy) }
        if let axis = sizes.prefix(3).firstIndex(where: { $0 <= 0 }) {
            return Problem(url, "its header gives a size of \(sizes[axis]) along \(["x", "y", "z"][axis])", remedy: remedy)
        }
        guard Self.types.contains(type) else { return Problem(url, "its header gives the unknown voxel type \(type)", remedy: remedy) }
        return nil
    }

    /// A spacing that is no length, in whose place ITK puts 1 mm without a word.
    var spacingProblem: Problem? {
        guard let axis = spacing.prefix(sizes.count).firstIndex(where: { !$0.isFinite || $0 == 0 }) else { return nil }
        return Problem(
            url, "its header gives a spacing of \(spacing[axis]) mm along \(["x", "y", "z"][axis]), in whose place 1 would be taken",
            remedy: "correct the header")
    }

    /// DT_UINT8, DT_INT16, … of the NIfTI-1 standard.
    private static let types: Set<Int> = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 768, 1024, 1280, 1536, 1792, 2048, 2304]
}

extension ImageFile {
    /// What is wrong with the spacing in the header of a NIfTI file that reading it does not show; nil for other files.
    ///
    /// - Throws: `Problem` where the file is missing or its compressed data is damaged.
    public static func spacingProblem(inNIfTI url: URL) throws -> Problem? { try NIfTIHeader(url)?.spacingProblem }
}
