import CMalloc
import Core
import Evaluation
import Foundation
import Imaging
import Interop
import Preprocessing
import Support

/// What an input is read as. The name in `NNDET_FUZZ_TARGET` chooses one.
private let targets: [String: @Sendable (Data) -> Void] = [
    "pickle": fuzzPickle,
    "nifti": { image($0, "input.nii") },
    // Mutations of compressed bytes rarely get past the checksum: the content is mutated, and compressed here.
    "nifti-gz": { image(gzip($0), "input.nii.gz", expansion: $0.count) },
    "gzip": { image($0, "input.nii.gz", expansion: 1032 * $0.count) },
    "nrrd": { image($0, "input.nrrd") },
    "nrrd-gz": { input in
        // Header and voxels are parted by the first empty line.
        let parts = halves(input, "\n\n")
        image(parts.first + gzip(parts.second), "input.nrrd", expansion: input.count)
    },
    "meta": { image($0, "input.mha") },
    "dicom": dicom,
    "segmentation": { input in
        inFolder(["input.seg.nrrd": input]) { folder in
            let found = try ImageReader().readSegmentation(folder.appendingPathComponent("input.seg.nrrd"))
            require(found.layers.count <= input.count, "layers")
        }
    },
    "npy": { _ = try? NPYArray(npy: $0, named: "input") },
    "npz": { input in inFolder(["input.npz": input]) { _ = try NPZ.read($0.appendingPathComponent("input.npz")) } },
    "safetensors": { input in
        inFolder(["input.safetensors": input]) { _ = try Safetensors.read($0.appendingPathComponent("input.safetensors")) }
    },
    "task": { input in
        for name in ["dataset.yaml", "dataset.json"] { inFolder([name: input]) { _ = try DatasetInfo.read(in: $0) } }
    },
    "labels": { input in inFolder(["input.json": input]) { _ = try CaseLabels.read($0.appendingPathComponent("input.json")) } },
    "plan": { input in inFolder(["input.json": input]) { _ = try Plan.read(from: $0.appendingPathComponent("input.json")) } },
    "boxes": { input in
        inFolder(["input.csv": input]) { folder in
            for coordinates in BoxCoordinates.allCases {
                _ = try? BoxTable.read(folder.appendingPathComponent("input.csv"), coordinates, classes: ClassNames(["a", "b"]))
            }
        }
    },
    "markups": { input in
        inFolder(["input.mrk.json": input]) {
            _ = try SlicerMarkups.read(
                $0.appendingPathComponent("input.mrk.json"), classes: ClassNames(["a"]), pointDiameter: 5, visibleOnly: false)
        }
    },
    "coco": { input in
        let parts = halves(input, "\n\n")
        inFolder(["truth.json": parts.first, "found.json": parts.second]) {
            let files = try COCOFiles(
                groundTruth: $0.appendingPathComponent("truth.json"), predictions: $0.appendingPathComponent("found.json"))
            _ = try COCOSummary(files)
        }
    },
    "nnunet": { input in
        inFolder(["input.npz": input]) {
            _ = try NNUNetProbabilities.read([$0.appendingPathComponent("input.npz")], classes: [1], shape: SIMD3(2, 3, 4))
        }
    },
]

private let target: @Sendable (Data) -> Void = {
    let name = ProcessInfo.processInfo.environment["NNDET_FUZZ_TARGET"] ?? ""
    guard let target = targets[name] else {
        print("NNDET_FUZZ_TARGET must be one of: \(targets.keys.sorted().joined(separator: " "))")
        exit(2)
    }
    return target
}()

/// Entry point of libFuzzer: ends the program where reading an input takes more memory than ten times the input and 64 MiB.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    target(data.map { Data(bytes: $0, count: count) } ?? Data())
    return 0
}

// MARK: Images

/// Reads an input as an image, as labels and by its header alone.
///
/// - Parameter expansion: bytes that compressed data in the input stands for.
private func image(_ input: Data, _ name: String, expansion: Int = 0) {
    inFolder([name: input], allowance: 10 * expansion) { try read($0.appendingPathComponent(name)) }
}

private func read(_ url: URL) throws {
    let assumed = ReadingPolicy(preferredForm: .sform, assumedSpacing: .one, assumedOrientation: "LPS")
    for reader in [ImageReader(), ImageReader(assumed)] {
        let geometry = try? reader.geometry(url)
        if let image = try? reader.read(url) {
            require(geometry == image.geometry && image.volume.shape == image.geometry.size, "header and image agree")
            require(image.volume.voxels.allSatisfy(\.isFinite), "values are finite")
            require(image.geometry.spacing.min() > 0, "spacing is positive")
        }
        if let labels = try? reader.readLabels(url) { require(geometry == labels.geometry, "header and labels agree") }
    }
}

/// Reads an input as the files of a folder, parted by a mark.
private func dicom(_ input: Data) {
    var files: [String: Data] = [:]
    var rest = input
    while !rest.isEmpty, files.count < 8 {
        let parts = halves(rest, "\u{1}NEXT\u{1}")
        files["series/\(files.count).dcm"] = Data(count: 128) + Data("DICM".utf8) + parts.first
        rest = parts.second
    }
    inFolder(files, allowance: 200 * input.count) { try read($0.appendingPathComponent("series")) }
}

// MARK: Parts

private func require(_ condition: @autoclosure () -> Bool, _ what: String) { if !condition() { fatalError(what) } }

/// The input before and behind the first `mark`.
private func halves(_ input: Data, _ mark: String) -> (first: Data, second: Data) {
    guard let range = input.range(of: Data(mark.utf8)) else { return (input, Data()) }
    return (Data(input[..<range.upperBound]), Data(input[range.upperBound...]))
}

private func gzip(_ data: Data) -> Data {
    var result = Data()
    do {
        let writer = try GzipWriter { result.append($0) }
        try data.withUnsafeBytes { try writer.add($0) }
        try writer.finish()
    } catch { fatalError("\(error)") }
    return result
}

private let folder: URL = {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("nndet-fuzz-\(getpid())", isDirectory: true)
    try? FileManager.default.createDirectory(at: url.appendingPathComponent("series"), withIntermediateDirectories: true)
    return url
}()

/// Writes files, hands their folder to `body`, whose problems are expected, and compares the memory that it took with the size of the files.
///
/// - Parameter allowance: bytes beyond ten times the files and 64 MiB.
private func inFolder(_ files: [String: Data], allowance: Int = 0, _ body: (URL) throws -> Void) {
    var count = 0
    for (name, data) in files {
        count += data.count
        try? data.write(to: folder.appendingPathComponent(name))
    }
    defer { for name in files.keys { unlink(folder.appendingPathComponent(name).path) } }
    let before = PeakMemory.reset()
    do { try body(folder) } catch {
        // One line, and never anything but a problem.
        require(error is Problem && !"\(error)".contains("\n"), "an error that is not a problem of one line: \(error)")
    }
    let taken = PeakMemory.current - before
    require(taken <= 64 << 20 + 10 * count + allowance, "\(taken) bytes of memory for \(count) bytes of files")
}

/// The largest resident memory of the process since it was reset.
private enum PeakMemory {
    /// - Returns: the resident memory now, bytes.
    static func reset() -> Int {
        if let file = fopen("/proc/self/clear_refs", "w") {
            fputs("5", file)
            fclose(file)
        }
        return current
    }

    static var current: Int {
        guard let file = fopen("/proc/self/status", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, 256, file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if text.hasPrefix("VmHWM:") { return (Int(text.split(whereSeparator: { !$0.isNumber }).first ?? "") ?? 0) << 10 }
        }
        return 0
    }
}
