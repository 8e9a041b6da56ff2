import Foundation
import Support

extension ImageFile {
    /// How many voxels of a NIfTI file are NaN or infinite. Reading it, ITK puts 0 in their place without a word, and so does `read`.
    ///
    /// - Returns: nil for files of other formats, which keep such values when they are read.
    /// - Throws: `Problem` where the file is missing or its compressed data is damaged.
    public static func nonFiniteVoxels(inNIfTI url: URL) throws -> Int? {
        guard let header = try NIfTIHeader(url) else { return nil }
        guard [.float32, .float64].contains(header.layout?.element) else { return 0 }
        return try NIfTIVoxels(header)?.nonFinite ?? 0
    }
}
