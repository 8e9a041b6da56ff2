import Core
import Foundation
import Support

/// `nndet submission adam`: predictions as the ADAM challenge takes them, a voxel of the TOF image for each.
public struct AdamSubmission: Sendable {
    public let source: SubmissionSource
    /// Detections must score more than this.
    public var score: Float = 0.5
    /// A folder for `<case>/result.txt`, or with a single case the file itself, which ends in `.txt`; nil: beside the predictions.
    public var output: URL?

    public init(source: SubmissionSource) { self.source = source }

    /// Writes a `result.txt` for each case: lines `x, y, z`, the middles of the boxes as whole voxels, best first, no newline at the end.
    ///
    /// - Throws: `Problem` naming what is missing or cannot be read, or where several cases would go into one file.
    public func run(_ context: CommandContext) throws {
        let (folder, place) = try source.places(context)
        let predictions = try SubmissionSource.predictions(in: folder)
        let target = output ?? place
        let isFile = target.pathExtension == "txt"
        guard !isFile || predictions.count == 1 else {
            throw Problem(
                "--output \(target.path)", "is one file, there are \(predictions.count) cases",
                remedy: "give a folder: it gets <case>/result.txt")
        }
        var marks = 0
        for prediction in predictions {
            let found = prediction.detections.sortedByScore()
            let lines = try (0..<found.count).filter { found.scores[$0] > score }.map { index in
                let center = found.boxes[index].center
                let voxel = [2, 1, 0].compactMap { Int(exactly: center[$0].rounded(.toNearestOrEven)) }
                guard voxel.count == 3 else {
                    throw Problem(
                        CasePrediction.file(of: prediction.caseID, in: folder), "has a box at (\(center.x), \(center.y), \(center.z))",
                        remedy: "predict the case again")
                }
                return voxel.map(String.init).joined(separator: ", ")
            }
            marks += lines.count
            let file = isFile ? target : target.appendingPathComponent("\(prediction.caseID)/result.txt")
            try AtomicFile.write(Data(lines.joined(separator: "\n").utf8), to: file)
        }
        context.log.info("\(marks) aneurysms in \(predictions.count) case\(predictions.count == 1 ? "" : "s"): \(target.path)")
    }
}
