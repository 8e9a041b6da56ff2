import Core
import Foundation
import Imaging
import Support

extension FingerprintExtractor {
    /// Measures every cropped case of `folder` (`<case>.npz` with key `data` [C + 1, …], and `<case>.json`).
    ///
    /// - Parameters:
    ///   - folder: the cropped cases, `raw_cropped/imagesTr`.
    ///   - cases: ids of those to be measured, at least one.
    ///   - threads: cases in memory at a time.
    ///   - progress: told of every case that is measured; nil shows nothing.
    /// - Throws: `Problem` naming the file that is missing, damaged or does not fit the task.
    public func extract(
        from folder: URL, cases: [String], threads: Int = processorCount, progress: ProgressReporter? = nil
    ) throws -> Fingerprint {
        guard !cases.isEmpty else { throw Problem(folder, "holds no cropped case", remedy: "crop the task first") }
        return try combine(
            parallelMap(cases.count, threads: threads) { index in
                let measured = try measure(caseID: cases[index], in: folder)
                progress?.advance(note: cases[index])
                return measured
            })
    }

    /// Measures the cropped case `caseID` of `folder`.
    public func measure(caseID: String, in folder: URL) throws -> CaseMeasurement {
        let properties: CaseProperties = try JSONFile.read(from: folder.appendingPathComponent("\(caseID).json"))
        let file = folder.appendingPathComponent("\(caseID).npz")
        guard let data = try NPZ.read(file, only: ["data"])["data"], data.scalar == .float32 else {
            throw Problem(file, "holds no float32 array 'data'", remedy: "crop the case again")
        }
        let size = properties.sizeAfterCropping
        guard data.shape.count == 4, data.shape[0] == modalities.count + 1, SIMD3(data.shape[1], data.shape[2], data.shape[3]) == size
        else {
            throw Problem(
                file, "'data' has shape \(data.shape), the properties say \([modalities.count + 1, size.x, size.y, size.z])",
                remedy: "crop the case again")
        }
        let count = size.x * size.y * size.z
        func channel(_ index: Int) -> [Float] {
            [Float](unsafeUninitializedCapacity: count) { buffer, filled in
                data.bytes.withUnsafeBytes { raw in
                    let bytes = raw[index * count * 4..<(index + 1) * count * 4]
                    UnsafeMutableRawBufferPointer(buffer).copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes))
                }
                filled = count
            }
        }
        let segmentation = channel(modalities.count).map { Int32(exactly: $0.rounded()) ?? 0 }
        return try measure(
            segmentation: Volume(shape: size, voxels: segmentation),
            channels: modalities.indices.map { Volume(shape: size, voxels: channel($0)) }, properties: properties)
    }
}
