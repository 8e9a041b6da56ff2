import Core

/// A public data set: finds the cases in the files that its owner distributes. To add one, write one of these and list it in
/// `DatasetCatalogue`.
public protocol DatasetConverter: Sendable {
    var card: DatasetCard { get }

    /// Looks for all cases; reads names, tables and small files, no voxels.
    ///
    /// - Throws: `Problem` where the folder is not that of this data set, or one of its tables cannot be understood.
    func survey(_ raw: RawFolder) throws -> DatasetSurvey
}

/// What lies in a raw folder.
public struct DatasetSurvey: Sendable {
    /// The description of the task.
    public var info: DatasetInfo
    /// What else the description says, under the key `info`.
    public var remarks: Document?
    /// Cases that can be converted.
    public var cases: [DatasetCase]
    /// Cases that are left out.
    public var skipped: [SkippedCase]
    /// What the user should know of the data set as a whole.
    public var notes: [String]
    /// Which cases are held out, and which belong together.
    public var division: Division
    /// The ids that the original draws held-out cases from, where these are more than `cases`: those left out belong to its draw.
    public var drawn: [String]?

    package init(
        info: DatasetInfo, remarks: Document? = nil, cases: [DatasetCase], skipped: [SkippedCase] = [], notes: [String] = [],
        division: Division = .standard
    ) {
        self.info = info
        self.remarks = remarks
        self.cases = cases
        self.skipped = skipped
        self.notes = notes
        self.division = division
    }
}

/// Why a case is left out.
struct LeftOut: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

/// A case that is left out, and why.
public struct SkippedCase: Codable, Sendable, Equatable {
    public let id: String
    public let reason: String

    public init(id: String, reason: String) {
        self.id = id
        self.reason = reason
    }
}
