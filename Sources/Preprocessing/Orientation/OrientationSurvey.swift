import Core
import Foundation
import Imaging
import Support

/// Which orientations the raw images of a task have; preprocessing turns every case to the most frequent one (design, "Orientation").
public struct OrientationSurvey: Sendable, Equatable {
    /// Number of cases per orientation, as axis codes such as `LPS` (first letter: fastest axis).
    public var counts: [String: Int]

    public init(counts: [String: Int]) { self.counts = counts }

    /// Reads the headers of modality 0 of all cases of `split`.
    ///
    /// - Throws: `Problem` naming an image that is missing or cannot be read.
    public init(_ task: TaskFolder, _ split: TaskFolder.Split = .train, threads: Int = processorCount) throws {
        let ids = try task.caseIDs(split)
        let codes = try parallelMap(ids.count, threads: threads) { index in
            try task.reader.geometry(task.imageFiles(of: ids[index], split)[0]).axisCodes
        }
        counts = Dictionary(codes.map { ($0, 1) }, uniquingKeysWith: +)
    }

    /// The orientation most cases have, the first by name where several are equally frequent; nil without cases.
    public var majority: String? { counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.first?.key }

    /// What to tell the user where the cases are not all alike; nil where they are.
    public var notice: String? {
        guard counts.count > 1, let majority else { return nil }
        let list = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { "\($0.value) × \($0.key)" }.joined(separator: ", ")
        return "The images have different orientations (\(list)); all are turned to \(majority)."
    }
}
