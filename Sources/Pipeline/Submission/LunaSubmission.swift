import Core
import Foundation
import Support

/// `nndet submission luna`: predictions as LUNA16 takes them, a point of the patient with a probability for each.
public struct LunaSubmission: Sendable {
    public let source: SubmissionSource
    /// Detections below this score are left out.
    public var score: Float = 0
    /// nil: `<model>.csv` in the model's folder, or beside the folder of predictions.
    public var output: URL?

    public init(source: SubmissionSource) { self.source = source }

    /// Writes `seriesuid,coordX,coordY,coordZ,probability`: middles of the boxes in mm (LPS, as LUNA16's lists), cases by id, best first.
    ///
    /// - Throws: `Problem` naming what is missing or cannot be read.
    public func run(_ context: CommandContext) throws {
        let (folder, place) = try source.places(context)
        let predictions = try SubmissionSource.predictions(in: folder)
        var table = CSVText(columns: ["seriesuid", "coordX", "coordY", "coordZ", "probability"])
        var marks = 0
        for prediction in predictions {
            let series = Self.series(prediction.caseID)
            let found = prediction.detections.sortedByScore()
            for index in 0..<found.count where found.scores[index] >= score {
                let center = WorldBox(found.boxes[index], in: prediction.geometry, dimension: prediction.dimension).center
                table.append([series, "\(center.x)", "\(center.y)", "\(center.z)", "\(found.scores[index])"])
                marks += 1
            }
        }
        let file = output ?? place.appendingPathExtension("csv")
        try table.write(to: file)
        context.log.info("\(marks) marks in \(predictions.count) scans: \(file.path)")
    }

    /// The id of a series, whose dots are `_` in the names of cases; other ids are what they are.
    static func series(_ id: String) -> String {
        id.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_") } ? id.replacing("_", with: ".") : id
    }
}
