import Foundation
import Support

/// The one DICOM series of a folder, or one file, as a volume: planes sorted by position and checked for even spacing.
///
/// Problems call a file of a folder by its number in the order of names: names often hold identifiers of the patient.
struct DICOMVolume: Sendable {
    let url: URL
    let geometry: Geometry
    let notices: [ImageNotice]
    private let files: [DICOMFile]
    private let format: DICOMPixelFormat
    /// In the order of axis 0.
    private let frames: [DICOMFrame]

    /// Reads the headers of a file or of all files of a folder.
    ///
    /// - Throws: `Problem` naming the file or folder: no or several series, planes of different sizes or orientations, unevenly spaced, doubled
    ///   or missing ones, an element that is missing.
    init(_ url: URL, _ policy: ReadingPolicy) throws {
        var notices: [ImageNotice] = []
        let files = try Self.files(url, &notices)
        guard let first = files.first else {
            throw Problem(url, "holds no DICOM images", remedy: "images are read from \(ImageFormat.remedy)")
        }
        let format = try Self.naming(0, of: files.count, in: url) { try first.pixelFormat() }
        var texts: Set<String> = []
        var frames: [DICOMFrame] = []
        for (index, file) in files.enumerated() {
            frames += try Self.naming(index, of: files.count, in: url) {
                let other = try file.pixelFormat()
                guard (other.rows, other.columns) == (format.rows, format.columns) else {
                    throw Problem(
                        file.url,
                        "has \(other.rows) × \(other.columns) pixels, the first one has \(format.rows) × \(format.columns)",
                        remedy: "put each volume into a folder of its own")
                }
                let own = try file.frames(index, policy, &texts)
                try Self.requirePixels(file, other, frames: own.count)
                return own
            }
        }
        // A volume holds as many bytes as can be counted.
        try SizeCheck.require([format.columns, format.rows, frames.count], element: .float64, url, field: "Rows, Columns, frames")
        let sorter = DICOMFrameSorter(url: url, files: files, format: format, frames: frames)
        let (sorted, grid, found) = try sorter.grid(policy)
        let (geometry, more) = try grid.geometry(url, fields: "ImagePositionPatient, ImageOrientationPatient, PixelSpacing")
        self.url = url
        self.files = files
        self.format = format
        self.frames = sorted
        self.geometry = geometry
        self.notices = notices + (texts.sorted() + found).map { ImageNotice(url, $0) } + more
    }

    // MARK: Files

    /// Runs `body` for a file; its problems name the folder and the number of the file.
    private static func naming<Result>(_ index: Int, of count: Int, in url: URL, _ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let problem as Problem where problem.subject != url.path {
            throw Problem(url, "file \(index + 1) of \(count) (by name) \(problem.problem)", remedy: problem.remedy)
        }
    }

    /// The files of the one series that `url` holds.
    private static func files(_ url: URL, _ notices: inout [ImageNotice]) throws -> [DICOMFile] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
            throw Problem(url, "no such file or folder", remedy: "check the path")
        }
        guard isFolder.boolValue else {
            let file = try DICOMFile(url)
            guard file.pixels != nil else { throw Problem(url, "holds no image (modality \(file[.modality] ?? "unknown"))") }
            return [file]
        }
        let names = try FolderContents.names(in: url)
        let parsed = try parallelMap(names.count) { index -> DICOMFile? in
            let file = url.appendingPathComponent(names[index])
            // Files without preamble are known by their ending.
            guard DICOMFile.isDICOM(file) || ["dcm", "ima", "dicom"].contains(file.pathExtension.lowercased()) else { return nil }
            return try naming(index, of: names.count, in: url) { try DICOMFile(file) }
        }
        let images = parsed.compactMap { $0?.pixels == nil ? nil : $0 }
        let others = parsed.compactMap { $0?.pixels == nil ? $0 : nil }
        let strangers = zip(names, parsed).filter { $1 == nil }.map(\.0)
        if !images.isEmpty, !others.isEmpty {
            let kinds = Set(others.map { $0[.modality] ?? "no modality" }).sorted().joined(separator: ", ")
            notices.append(
                ImageNotice(url, "\(others.count) of \(names.count) files are DICOM objects without an image (\(kinds)) and are ignored"))
        }
        if !images.isEmpty, !strangers.isEmpty {
            let list = strangers.prefix(5).joined(separator: ", ") + (strangers.count > 5 ? ", …" : "")
            notices.append(ImageNotice(url, "\(strangers.count) of \(names.count) files are not DICOM and are ignored: \(list)"))
        }
        let series = Dictionary(grouping: images) { $0[.series] ?? "" }
        guard series.count <= 1 else {
            let sizes = series.values.map(\.count).sorted(by: >).map(String.init).joined(separator: ", ")
            throw Problem(
                url, "holds \(series.count) DICOM series, of \(sizes) files (\(DICOMTag.series.text))",
                remedy: "put each series into a folder of its own")
        }
        return images
    }

    /// Compares the pixels that a header states with what the file holds.
    private static func requirePixels(_ file: DICOMFile, _ format: DICOMPixelFormat, frames: Int) throws {
        let (needed, overflow) = format.byteCount.multipliedReportingOverflow(by: frames)
        switch file.pixels {
        case .native(let range):
            guard !overflow, range.count >= needed else {
                throw Problem(
                    file.url, "is truncated: it holds \(range.count) of the \(needed) bytes of pixels that its header states",
                    remedy: "copy or export the file again")
            }
        case .encapsulated(_, let fragments):
            let bytes = fragments.reduce(0) { $0 + $1.count }
            guard fragments.count >= frames, !overflow else {
                throw Problem(
                    file.url, "is truncated: it holds \(fragments.count) compressed fragments, its header states \(frames) frames",
                    remedy: "copy or export the file again")
            }
            // No codec makes more of a byte from an image of any size but nearly constant small ones.
            guard needed <= max(64 << 20, bytes.multipliedReportingOverflow(by: 2000).partialValue) else {
                throw Problem(
                    file.url, "its header states \(needed) bytes of pixels, which \(bytes) compressed bytes cannot hold",
                    remedy: "copy or export the file again")
            }
        case nil: break
        }
    }

    // MARK: Voxels

    /// Reads all voxels, each plane rescaled by its own slope and intercept.
    ///
    /// - Throws: `Problem` naming the file whose pixels cannot be decoded.
    func floats(threads: Int = processorCount) throws -> (voxels: [Float], summary: StoredVoxels.Summary) {
        let plane = format.pixels
        let summaries = PlaneSummaries()
        let voxels = try [Float](count: plane * frames.count) { buffer in
            nonisolated(unsafe) let target = buffer
            try parallelFor(frames.count, threads: threads) { index in
                let part = UnsafeMutableBufferPointer(rebasing: target[index * plane..<(index + 1) * plane])
                let frame = frames[index]
                summaries.add(
                    try Self.naming(frame.file, of: files.count, in: url) {
                        try read(frame) { stored, scaling in stored.convert(scaling, to: part, threads: 1) }
                    })
            }
        }
        return (voxels, summaries.total)
    }

    /// Reads all voxels as labels.
    ///
    /// - Throws: as `floats`, and where a value is not a label.
    func labels(threads: Int = processorCount) throws -> [Int32] {
        let plane = format.pixels
        return try [Int32](count: plane * frames.count) { buffer in
            nonisolated(unsafe) let target = buffer
            try parallelFor(frames.count, threads: threads) { index in
                let part = UnsafeMutableBufferPointer(rebasing: target[index * plane..<(index + 1) * plane])
                let frame = frames[index]
                try Self.naming(frame.file, of: files.count, in: url) {
                    try read(frame) { stored, scaling in
                        do { try stored.convertLabels(scaling, to: part) } catch let fault as StoredVoxels.LabelFault {
                            throw Problem(files[frame.file].url, fault.text)
                        }
                    }
                }
            }
        }
    }

    /// Hands the stored pixels of a frame to `body`.
    private func read<Result>(_ frame: DICOMFrame, _ body: (StoredVoxels, IntensityScaling) throws -> Result) throws -> Result {
        let file = files[frame.file]
        let format = try file.pixelFormat()
        let mapped = try MappedFile(file.url)
        guard mapped.bytes.count == file.size else { throw Problem(file.url, "has changed since its header was read", remedy: "rerun") }
        let isBigEndian = file.transferSyntax == "1.2.840.10008.1.2.2"
        let isSwapped = isBigEndian == (1.littleEndian == 1)
        let isMasked = format.bitsStored < format.element.size * 8
        switch file.pixels {
        case .native(let range):
            let start = range.lowerBound + frame.frame * format.byteCount
            let bytes = UnsafeRawBufferPointer(rebasing: mapped.bytes[start..<start + format.byteCount])
            guard isMasked else {
                return try body(StoredVoxels(element: format.element, isSwapped: isSwapped, bytes: bytes), frame.scaling)
            }
            let copy = VoxelMemory(allocating: bytes.count)
            copy.copy(bytes, at: 0)
            Self.mask(copy.writable, format, isSwapped: isSwapped)
            return try body(StoredVoxels(element: format.element, isSwapped: false, bytes: copy.bytes), frame.scaling)
        case .encapsulated(let offsets, let fragments):
            let own = try Self.fragments(of: frame.frame, frames: files[frame.file].frameTotal, offsets, fragments, mapped.bytes, file.url)
            let decoded = VoxelMemory(allocating: format.byteCount)
            try DICOMCodec.decode(
                own.map { UnsafeRawBufferPointer(rebasing: mapped.bytes[$0]) }, file.transferSyntax, format, into: decoded.writable,
                file.url)
            if isMasked { Self.mask(decoded.writable, format, isSwapped: false) }
            return try body(StoredVoxels(element: format.element, isSwapped: false, bytes: decoded.bytes), frame.scaling)
        case nil: throw Problem(file.url, "holds no pixels")
        }
    }

    /// The fragments of one frame.
    private static func fragments(
        of frame: Int, frames: Int, _ offsets: Range<Int>, _ fragments: [Range<Int>], _ bytes: UnsafeRawBufferPointer, _ url: URL
    ) throws -> [Range<Int>] {
        if frames == 1 { return fragments }
        if fragments.count == frames { return [fragments[frame]] }
        guard offsets.count == 4 * frames, let first = fragments.first else {
            throw Problem(
                url, "does not state which of its \(fragments.count) compressed fragments belong to which of its \(frames) frames",
                remedy: "store it uncompressed, for example by 'dcmdjpeg' or 'gdcmconv --raw'")
        }
        func offset(_ index: Int) -> Int {
            Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offsets.lowerBound + 4 * index, as: UInt32.self)))
        }
        // Offsets count from the head of the first fragment, which has 8 bytes.
        let start = first.lowerBound - 8
        let begin = start + offset(frame)
        let end = frame + 1 < frames ? start + offset(frame + 1) : Int.max
        return fragments.filter { $0.lowerBound - 8 >= begin && $0.lowerBound - 8 < end }
    }

    /// Leaves of each number the bits that hold the value, its sign extended: the others may hold overlays.
    private static func mask(_ bytes: UnsafeMutableRawBufferPointer, _ format: DICOMPixelFormat, isSwapped: Bool) {
        let unused = format.element.size * 8 - format.bitsStored
        func each<Number: FixedWidthInteger & BitwiseCopyable>(_: Number.Type) {
            let numbers = bytes.bindMemory(to: Number.self)
            for index in numbers.indices {
                let number = isSwapped ? numbers[index].byteSwapped : numbers[index]
                numbers[index] = (number << Number(truncatingIfNeeded: unused)) >> Number(truncatingIfNeeded: unused)
            }
        }
        switch format.element {
        case .uint8: each(UInt8.self)
        case .int8: each(Int8.self)
        case .uint16: each(UInt16.self)
        case .int16: each(Int16.self)
        case .uint32: each(UInt32.self)
        case .int32: each(Int32.self)
        default: break
        }
    }
}

extension DICOMFile {
    /// Frames that the file holds.
    fileprivate var frameTotal: Int { self[.numberOfFrames].flatMap { Int($0) } ?? 1 }
}

private final class PlaneSummaries: @unchecked Sendable {
    private let lock = NSLock()
    private var sum = StoredVoxels.Summary()
    func add(_ part: StoredVoxels.Summary) { lock.withLock { sum.merge(part) } }
    var total: StoredVoxels.Summary { lock.withLock { sum } }
}
