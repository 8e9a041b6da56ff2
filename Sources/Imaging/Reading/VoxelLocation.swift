import Foundation
import Support

/// Where the voxels of an image are stored, and how they are encoded.
struct VoxelLocation {
    enum Encoding: Equatable { case raw, gzip, zlib, text, hex }

    /// A file, or a part of it.
    struct Piece: Equatable {
        let url: URL
        /// Bytes before the encoded data; nil where the data is at the end of the file.
        let start: Int?
    }

    /// The file with the header, for messages.
    let header: URL
    let encoding: Encoding
    /// Files that hold equal shares of the voxels, in their order.
    let pieces: [Piece]
    /// Bytes of the decoded data before the first voxel.
    var skip = 0
    /// Bytes of the encoded data, where the header states them.
    var encodedCount: Int?

    /// Reads `byteCount` bytes of voxels.
    ///
    /// The size of each file is compared with what it should hold before memory is allocated; compressed data is decoded to its end.
    ///
    /// - Throws: `Problem` naming the file that is missing, truncated or damaged.
    func load(_ byteCount: Int) throws -> (VoxelMemory, [ImageNotice]) {
        guard !pieces.isEmpty, byteCount % pieces.count == 0 else {
            throw Problem(header, "\(pieces.count) files cannot hold \(byteCount) bytes of voxels in equal shares")
        }
        if pieces.count == 1 { return try load(pieces[0], byteCount) }
        let share = byteCount / pieces.count
        // Sizes first, so that a list of missing or short files allocates nothing.
        try requireSize(byteCount, elementSize: 1)
        let memory = VoxelMemory(allocating: byteCount)
        var notices: [ImageNotice] = []
        for (index, piece) in pieces.enumerated() {
            let (part, found) = try load(piece, share)
            memory.copy(part.bytes, at: index * share)
            notices += found
        }
        return (memory, notices)
    }

    /// Compares the sizes of the files with the `byteCount` bytes of voxels that they should hold, of `elementSize` bytes each; reads nothing.
    ///
    /// - Throws: `Problem` naming the file that is missing or too short.
    func requireSize(_ byteCount: Int, elementSize: Int) throws {
        for piece in pieces {
            let size = try size(piece)
            let share = byteCount / pieces.count
            switch encoding {
            case .raw: _ = try range(piece, size, share)
            case .gzip, .zlib: try requirePossible(piece, size - min(size, piece.start ?? 0), share)
            // A number takes a digit and a separator, a byte two digits.
            case .text: guard share / elementSize <= (size + 1) / 2 else { throw truncated(piece, size, 2 * (share / elementSize)) }
            case .hex: guard share <= size / 2 else { throw truncated(piece, size / 2, share) }
            }
        }
    }

    /// Deflate expands at most by a factor, whatever the header claims.
    private func requirePossible(_ piece: Piece, _ compressed: Int, _ count: Int) throws {
        let (possible, overflow) = compressed.multipliedReportingOverflow(by: CompressedStream.largestExpansion)
        let (needed, tooMany) = skip.addingReportingOverflow(count)
        guard !tooMany, overflow || possible >= needed else {
            throw Problem(
                header,
                "is truncated: its \(compressed) bytes of compressed data cannot hold the \(count) bytes of voxels that its header states",
                remedy: "copy or export the file again")
        }
    }

    private func load(_ piece: Piece, _ count: Int) throws -> (VoxelMemory, [ImageNotice]) {
        _ = try size(piece)
        let file = try MappedFile(piece.url)
        switch encoding {
        case .raw:
            let range = try range(piece, file.bytes.count, count)
            let trailing = file.bytes.count - range.upperBound
            return (VoxelMemory(file, range), trailing > 0 ? [trailingNotice(piece, trailing)] : [])
        case .gzip, .zlib:
            let start = min(piece.start ?? 0, file.bytes.count)
            let end = min(file.bytes.count, encodedCount.map { start.addingReportingOverflow($0).partialValue } ?? file.bytes.count)
            guard end >= start else { throw truncated(piece, 0, count) }
            let source = UnsafeRawBufferPointer(rebasing: file.bytes[start..<end])
            try requirePossible(piece, source.count, count)
            let needed = skip + count
            let memory = VoxelMemory(allocating: needed)
            let outcome = try CompressedStream.decode(
                source, encoding == .zlib && !CompressedStream.isGzip(source) ? .zlib : .gzip, into: memory.writable, named: header.path)
            guard outcome.length >= needed else { throw truncated(piece, max(0, outcome.length - skip), count) }
            memory.drop(first: skip)
            var notices: [ImageNotice] = []
            if outcome.length > needed { notices.append(trailingNotice(piece, outcome.length - needed)) }
            let rest = source[outcome.consumed...]
            if rest.contains(where: { $0 != 0 }) {
                notices.append(ImageNotice(header, "\(rest.count) bytes after the end of its compressed data are ignored"))
            }
            return (memory, notices)
        case .hex: return (try hexBytes(piece, file, count), [])
        case .text: throw Problem(header, "numbers written as text are read as a whole")
        }
    }

    /// Bytes of the file of `piece`.
    private func size(_ piece: Piece) throws -> Int {
        do { return try RegularFile.size(piece.url) } catch let problem as Problem where piece.url != header {
            throw Problem(
                header, "its voxels in \(piece.url.lastPathComponent) cannot be read: \(problem.problem)",
                remedy: "copy or export the image with all its files")
        }
    }

    /// The file, for messages.
    private func name(_ piece: Piece) -> String {
        piece.url == header ? "is truncated: it" : "is truncated: \(piece.url.lastPathComponent)"
    }

    /// The bytes of `piece` that hold `count` bytes of voxels.
    private func range(_ piece: Piece, _ size: Int, _ count: Int) throws -> Range<Int> {
        let start = piece.start.map { $0 + skip } ?? size - count
        let (end, overflow) = start.addingReportingOverflow(count)
        guard start >= 0, !overflow, end <= size else { throw truncated(piece, max(0, size - max(0, start)), count) }
        return start..<end
    }

    private func truncated(_ piece: Piece, _ found: Int, _ needed: Int) -> Problem {
        Problem(
            header, "\(name(piece)) holds \(found) of the \(needed) bytes of voxels that its header states",
            remedy: "copy or export the file again")
    }

    private func trailingNotice(_ piece: Piece, _ count: Int) -> ImageNotice {
        ImageNotice(header, "\(count) bytes after its last voxel are ignored: its header states fewer voxels than it holds")
    }

    // MARK: Text

    /// Reads `count` numbers that are written as text, as float64.
    ///
    /// - Throws: `Problem` where there are fewer, or something that is not a number.
    func parsedNumbers(_ count: Int) throws -> VoxelMemory {
        guard pieces.count == 1 else { throw Problem(header, "text in several files is not supported") }
        let piece = pieces[0]
        let file = try MappedFile(piece.url)
        let text = UnsafeRawBufferPointer(rebasing: file.bytes[min(max(0, piece.start ?? 0), file.bytes.count)...])
        // A number takes a digit and a separator.
        guard count <= (text.count + 1) / 2 else { throw truncated(piece, text.count, 2 * count) }
        let memory = VoxelMemory(allocating: count * 8)
        var position = 0
        for index in 0..<count {
            while position < text.count, Self.isSeparator(text[position]) { position += 1 }
            var end = position
            while end < text.count, !Self.isSeparator(text[end]) { end += 1 }
            let word = String(decoding: text[position..<min(end, position + 64)], as: UTF8.self)
            guard end > position else {
                throw Problem(
                    header, "is truncated: it holds \(index) of \(count) voxels", remedy: "copy or export the file again")
            }
            guard let number = Double(word) else { throw Problem(header, "voxel \(index) is '\(word.prefix(20))', not a number") }
            memory.writable.storeBytes(of: number, toByteOffset: index * 8, as: Double.self)
            position = end
        }
        return memory
    }

    private static func isSeparator(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == UInt8(ascii: ",") }

    private func hexBytes(_ piece: Piece, _ file: MappedFile, _ count: Int) throws -> VoxelMemory {
        let text = UnsafeRawBufferPointer(rebasing: file.bytes[min(max(0, piece.start ?? 0), file.bytes.count)...])
        guard count <= text.count / 2 else { throw truncated(piece, text.count / 2, count) }
        let memory = VoxelMemory(allocating: count)
        var position = 0
        func digit() throws -> UInt8 {
            while position < text.count, text[position] <= 0x20 { position += 1 }
            guard position < text.count, let value = Character(UnicodeScalar(text[position])).hexDigitValue else {
                throw Problem(header, "its hexadecimal voxels are truncated or damaged", remedy: "copy or export the file again")
            }
            position += 1
            return UInt8(value)
        }
        for index in 0..<count { memory.writable[index] = try digit() << 4 | digit() }
        return memory
    }
}

/// Bytes of voxels: a part of a mapped file, or memory of their own.
final class VoxelMemory: @unchecked Sendable {
    private(set) var bytes: UnsafeRawBufferPointer
    private let file: MappedFile?
    private let allocated: UnsafeMutableRawBufferPointer?

    init(_ file: MappedFile, _ range: Range<Int>) {
        self.file = file
        allocated = nil
        bytes = UnsafeRawBufferPointer(rebasing: file.bytes[range])
    }

    init(allocating count: Int) {
        file = nil
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count, 1), alignment: 64)
        memory.adviseHugePages()
        allocated = memory
        bytes = UnsafeRawBufferPointer(rebasing: memory[..<count])
    }

    deinit { allocated?.deallocate() }

    /// The memory itself, empty for a mapped file.
    var writable: UnsafeMutableRawBufferPointer {
        guard let allocated else { return UnsafeMutableRawBufferPointer(start: nil, count: 0) }
        return UnsafeMutableRawBufferPointer(rebasing: allocated[..<max(bytes.count, 0)])
    }

    /// Leaves out the first `count` bytes.
    func drop(first count: Int) { bytes = UnsafeRawBufferPointer(rebasing: bytes[count...]) }

    func copy(_ source: UnsafeRawBufferPointer, at offset: Int) {
        UnsafeMutableRawBufferPointer(rebasing: writable[offset..<offset + source.count]).copyMemory(from: source)
    }
}

/// Files that hold images: pipes and devices, which may never end, are refused.
enum RegularFile {
    /// Bytes of the file.
    ///
    /// - Throws: `Problem` where it is missing, a folder, empty, or not a regular file.
    static func size(_ url: URL) throws -> Int {
        var status = stat()
        guard stat(url.path, &status) == 0 else {
            var link = stat()
            guard errno == ENOENT, lstat(url.path, &link) == 0 else {
                guard errno == ENOENT else { throw Problem(url, doing: "read", errno: errno) }
                throw Problem(url, "no such file", remedy: "check the path")
            }
            throw Problem(url, "is a link to a file that does not exist", remedy: "mount or copy what it links to")
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR: throw Problem(url, "is a folder, an image file is needed here")
        default: throw Problem(url, "is not a regular file")
        }
        guard status.st_size > 0 else { throw Problem(url, "is empty", remedy: "copy or export the file again") }
        return Int(status.st_size)
    }
}
