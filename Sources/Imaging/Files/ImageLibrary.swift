import CITKABI
import Foundation
import Support

/// The table of functions of libCITK.so, opened at its first use.
enum ImageLibrary {
    static func table() throws -> citk_table {
        var message = [CChar](repeating: 0, count: 1024)
        // NNDET_CITK names another copy, as NNDET_LIBTORCH does for libtorch.
        let path = ProcessInfo.processInfo.environment["NNDET_CITK"]
        guard let table = citk_load(path, &message, message.count) else {
            throw Problem(
                "libCITK.so", text(message),
                remedy: "it belongs beside the program nndet and needs the Debian package libinsighttoolkit5.2")
        }
        return table.pointee
    }

    /// Calls `body` with room for a message; throws a `Problem` of `url` where the status is not OK.
    static func call(_ url: URL, _ body: (_ message: UnsafeMutablePointer<CChar>, _ capacity: Int) -> Int32) throws {
        var message = [CChar](repeating: 0, count: 512)
        let status = message.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { body($0, buffer.count) } ?? Int32(CITK_FAILED)
        }
        guard status != CITK_OK else { return }
        throw Problem(url, text(message), remedy: remedy(status))
    }

    private static func remedy(_ status: Int32) -> String? {
        switch Int(status) {
        case CITK_NOT_FOUND: "check the path"
        case CITK_TRUNCATED: "copy or export the file again"
        case CITK_UNSUPPORTED: "give one 3D image with one value per voxel for each modality"
        case CITK_NOT_AN_IMAGE: "images are read from \(ImageFile.extensions.joined(separator: ", ")) and DICOM"
        default: nil
        }
    }

    private static func text(_ message: [CChar]) -> String {
        String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
