import Core
import Foundation
import Imaging
import Support

extension ClassProbabilities {
    /// The probabilities of `caseID` in a folder of raw predictions (`sweep_predictions`).
    public static func file(of caseID: String, in folder: URL) -> URL { folder.appendingPathComponent("\(caseID)_probabilities.npz") }

    /// Writes `<case>_probabilities.npz`: `probabilities` [C, D, H, W], whole 255ths.
    public func save(_ caseID: String, in folder: URL) throws {
        let values = volumes.flatMap { $0.voxels.map { UInt8((min(max($0, 0), 1) * 255).rounded()) } }
        try NPZ.write(
            ["probabilities": NPYArray(values, shape: [volumes.count, shape.x, shape.y, shape.z])], to: Self.file(of: caseID, in: folder))
    }

    /// Reads what `save` wrote.
    ///
    /// - Throws: `Problem` where the file is missing or damaged.
    public static func load(_ caseID: String, from folder: URL) throws -> ClassProbabilities {
        let url = file(of: caseID, in: folder)
        guard let array = try NPZ.read(url)["probabilities"], array.scalar == .uint8, array.shape.count == 4, array.shape[0] > 0 else {
            throw Problem(url, "has no array 'probabilities' [classes, D, H, W]", remedy: "predict the case again")
        }
        let size = SIMD3(array.shape[1], array.shape[2], array.shape[3])
        let count = size.x * size.y * size.z
        return ClassProbabilities(
            array.bytes.withUnsafeBytes { bytes in
                (0..<array.shape[0]).map { index in
                    Volume(shape: size, voxels: bytes[index * count..<(index + 1) * count].map { Float($0) / 255 })
                }
            })
    }
}
