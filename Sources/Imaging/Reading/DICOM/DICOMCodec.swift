import CGDCMABI
import Foundation
import Support

/// Decodes compressed DICOM pixels by GDCM, whose library is opened at its first use.
enum DICOMCodec {
    /// Decodes one frame.
    ///
    /// - Parameters:
    ///   - fragments: the compressed data.
    ///   - syntax: UID of the transfer syntax.
    ///   - pixels: room for the frame as `format` says; values come in the byte order of this machine.
    ///   - url: the file, for messages.
    /// - Throws: `Problem` where the library is missing, or the data cannot be decoded.
    static func decode(
        _ fragments: [UnsafeRawBufferPointer], _ syntax: String, _ format: DICOMPixelFormat, into pixels: UnsafeMutableRawBufferPointer,
        _ url: URL
    ) throws {
        let table = try table()
        var message = [CChar](repeating: 0, count: 512)
        let pointers: [UnsafeRawPointer?] = fragments.map(\.baseAddress)
        let lengths = fragments.map(\.count)
        let status = syntax.withCString { syntax in
            pointers.withUnsafeBufferPointer { pointers in
                lengths.withUnsafeBufferPointer { lengths in
                    var frame = cgdcm_frame(
                        transfer_syntax: syntax, rows: UInt32(clamping: format.rows), columns: UInt32(clamping: format.columns),
                        bits_allocated: UInt16(clamping: format.element.size * 8), bits_stored: UInt16(clamping: format.bitsStored),
                        is_signed: format.isSigned ? 1 : 0, fragments: pointers.baseAddress, lengths: lengths.baseAddress,
                        count: fragments.count)
                    return table.decode(&frame, pixels.baseAddress, pixels.count, &message, message.count)
                }
            }
        }
        guard status != CGDCM_OK else { return }
        let remedy =
            Int(status) == CGDCM_UNSUPPORTED ? "store it uncompressed, for example by 'gdcmconv --raw'" : "copy or export the file again"
        throw Problem(url, text(message), remedy: remedy)
    }

    /// Opens the library, as the first compressed image does.
    ///
    /// - Throws: `Problem` that says what is missing.
    package static func check() throws { _ = try table() }

    private static func table() throws -> cgdcm_table {
        var message = [CChar](repeating: 0, count: 1024)
        // NNDET_CGDCM names another copy, as NNDET_LIBTORCH does for libtorch.
        let path = ProcessInfo.processInfo.environment["NNDET_CGDCM"]
        guard let table = cgdcm_load(path, &message, message.count) else {
            throw Problem(
                "libCGDCM.so", text(message), remedy: "it belongs next to the program nndet and needs the Debian package libgdcm3.0")
        }
        return table.pointee
    }

    private static func text(_ message: [CChar]) -> String {
        String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
