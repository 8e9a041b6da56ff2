import Foundation
import Support

extension ImageFile {
    /// How many voxels of a NIfTI file are NaN or infinite. Reading it, ITK puts 0 in their place without a word.
    ///
    /// - Returns: nil for files of other formats, which keep such values when they are read.
    /// - Throws: `Problem` where the file is missing or its compressed data is damaged.
    public static func nonFiniteVoxels(inNIfTI url: URL) throws -> Int? {
        let name = url.lastPathComponent.lowercased()
        guard name.hasSuffix(".nii") || name.hasSuffix(".nii.gz") else { return nil }
        var scan: NIfTIScan?
        var isFirst = true
        try DecompressedFile.read(url) { piece in
            if isFirst { scan = NIfTIScan(header: piece) }
            isFirst = false
            guard scan != nil else { return false }
            scan?.count(piece)
            return true
        }
        return scan?.found ?? 0
    }
}

/// Counts values that are not finite while the pieces of a NIfTI-1 file with floating-point voxels go by.
private struct NIfTIScan {
    private(set) var found = 0
    private let width: Int
    private let isSwapped: Bool
    /// Where the voxels begin and end in the file, and what has gone by.
    private let start: Int
    private let end: Int
    private var position = 0

    /// Nil where the voxels are not floating-point numbers, so that all are finite.
    init?(header: UnsafeRawBufferPointer) {
        guard header.count >= 348 else { return nil }
        let isSwapped = header.loadUnaligned(fromByteOffset: 0, as: Int32.self) != 348
        func short(_ offset: Int) -> Int {
            let value = header.loadUnaligned(fromByteOffset: offset, as: Int16.self)
            return Int(isSwapped ? value.byteSwapped : value)
        }
        let bits = header.loadUnaligned(fromByteOffset: 108, as: UInt32.self)
        let offset = Float(bitPattern: isSwapped ? bits.byteSwapped : bits)
        switch short(70) {
        case 16: width = 4
        case 64: width = 8
        default: return nil
        }
        guard (1...7).contains(short(40)), offset.isFinite, offset >= 348, offset < 1_048_576, Int(offset) % width == 0 else { return nil }
        var count = 1
        for axis in 1...short(40) { count = count.multipliedReportingOverflow(by: max(1, short(40 + 2 * axis))).partialValue }
        self.isSwapped = isSwapped
        start = Int(offset)
        end = start &+ count &* width
    }

    /// Pieces are of a size that whole voxels fill, from offsets that `width` divides.
    mutating func count(_ piece: UnsafeRawBufferPointer) {
        var index = max(start - position, 0)
        let last = min(piece.count, end - position)
        if width == 4 {
            while index + 4 <= last {
                let bits = piece.loadUnaligned(fromByteOffset: index, as: UInt32.self)
                // All exponent bits set: NaN or infinite.
                if (isSwapped ? bits.byteSwapped : bits) & 0x7F80_0000 == 0x7F80_0000 { found += 1 }
                index += 4
            }
        } else {
            while index + 8 <= last {
                let bits = piece.loadUnaligned(fromByteOffset: index, as: UInt64.self)
                if (isSwapped ? bits.byteSwapped : bits) & 0x7FF0_0000_0000_0000 == 0x7FF0_0000_0000_0000 { found += 1 }
                index += 8
            }
        }
        position += piece.count
    }
}
